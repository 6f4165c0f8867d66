// G g Gᵀ of every filter g: one invocation for one channel of one filter.

struct Extents {
    c: u32,
    k: u32,
    // Invocations of a row of workgroups.
    row: u32,
}

// [k, c, 3, 3]
@group(0) @binding(0) var<storage, read_write> weights: array<f32>;
// [36, panels, c, 16]: 16 filters a panel, those that the last one lacks as zeros
@group(0) @binding(1) var<storage, read_write> packed: array<f32>;
@group(0) @binding(2) var<storage, read_write> e: Extents;

// The six points of a row, each into its plane, from plane `to` on.
fn put(g: vec3<f32>, to: u32, plane: u32) {
    packed[to] = g.x / 4.0;
    packed[to + plane] = (g.x + g.y + g.z) / -6.0;
    packed[to + 2u * plane] = (g.x - g.y + g.z) / -6.0;
    packed[to + 3u * plane] = g.x / 24.0 + g.y / 12.0 + g.z / 6.0;
    packed[to + 4u * plane] = g.x / 24.0 - g.y / 12.0 + g.z / 6.0;
    packed[to + 5u * plane] = g.z;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let at = id.y * e.row + id.x;
    let plane = (e.k + 15u) / 16u * 16u * e.c;
    if at >= plane {
        return;
    }
    let channel = at / 16u % e.c;
    let k = at / (16u * e.c) * 16u + at % 16u;
    var a = vec3<f32>();
    var b = vec3<f32>();
    var c = vec3<f32>();
    if k < e.k {
        let g = (k * e.c + channel) * 9u;
        a = vec3<f32>(weights[g], weights[g + 1u], weights[g + 2u]);
        b = vec3<f32>(weights[g + 3u], weights[g + 4u], weights[g + 5u]);
        c = vec3<f32>(weights[g + 6u], weights[g + 7u], weights[g + 8u]);
    }
    put(a / 4.0, at, plane);
    put((a + b + c) / -6.0, at + 6u * plane, plane);
    put((a - b + c) / -6.0, at + 12u * plane, plane);
    put(a / 24.0 + b / 12.0 + c / 6.0, at + 18u * plane, plane);
    put(a / 24.0 - b / 12.0 + c / 6.0, at + 24u * plane, plane);
    put(c, at + 30u * plane, plane);
}
