// The 36 products of filters and patches: one invocation for 16 filters at four tiles of one point, all sums in registers.

// [36, c, columns / 4]
@group(0) @binding(0) var<storage, read_write> patches: array<vec4<f32>>;
// [36, panels, c, 4]: 16 filters a panel
@group(0) @binding(1) var<storage, read_write> filters: array<vec4<f32>>;
// [36, 16 · panels, columns / 4]
@group(0) @binding(2) var<storage, read_write> products: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> e: Extents;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let columns = e.columns / 4u;
    let panels = (e.k + 15u) / 16u;
    if id.x >= columns * panels {
        return;
    }
    let column = id.x % columns;
    let panel = id.x / columns;
    var s0 = vec4<f32>();
    var s1 = vec4<f32>();
    var s2 = vec4<f32>();
    var s3 = vec4<f32>();
    var s4 = vec4<f32>();
    var s5 = vec4<f32>();
    var s6 = vec4<f32>();
    var s7 = vec4<f32>();
    var s8 = vec4<f32>();
    var s9 = vec4<f32>();
    var s10 = vec4<f32>();
    var s11 = vec4<f32>();
    var s12 = vec4<f32>();
    var s13 = vec4<f32>();
    var s14 = vec4<f32>();
    var s15 = vec4<f32>();
    var patch_at = id.z * e.c * columns + column;
    var filter_at = (id.z * panels + panel) * e.c * 4u;
    for (var channel = 0u; channel < e.c; channel++) {
        let tiles = patches[patch_at];
        let a = filters[filter_at];
        let b = filters[filter_at + 1u];
        let c = filters[filter_at + 2u];
        let d = filters[filter_at + 3u];
        s0 += tiles * a.x;
        s1 += tiles * a.y;
        s2 += tiles * a.z;
        s3 += tiles * a.w;
        s4 += tiles * b.x;
        s5 += tiles * b.y;
        s6 += tiles * b.z;
        s7 += tiles * b.w;
        s8 += tiles * c.x;
        s9 += tiles * c.y;
        s10 += tiles * c.z;
        s11 += tiles * c.w;
        s12 += tiles * d.x;
        s13 += tiles * d.y;
        s14 += tiles * d.z;
        s15 += tiles * d.w;
        patch_at += columns;
        filter_at += 4u;
    }
    let to = (id.z * panels + panel) * 16u * columns + column;
    products[to] = s0;
    products[to + columns] = s1;
    products[to + 2u * columns] = s2;
    products[to + 3u * columns] = s3;
    products[to + 4u * columns] = s4;
    products[to + 5u * columns] = s5;
    products[to + 6u * columns] = s6;
    products[to + 7u * columns] = s7;
    products[to + 8u * columns] = s8;
    products[to + 9u * columns] = s9;
    products[to + 10u * columns] = s10;
    products[to + 11u * columns] = s11;
    products[to + 12u * columns] = s12;
    products[to + 13u * columns] = s13;
    products[to + 14u * columns] = s14;
    products[to + 15u * columns] = s15;
}
