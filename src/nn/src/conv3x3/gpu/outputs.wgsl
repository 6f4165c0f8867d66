// relu(Aᵀ m A + bias) of every tile's 36 products m: one invocation for one filter at one tile.

// [36, k rounded up to 16, columns]
@group(0) @binding(0) var<storage, read_write> products: array<f32>;
// [k]
@group(0) @binding(1) var<storage, read_write> bias: array<f32>;
// [n, k, h, w]
@group(0) @binding(2) var<storage, read_write> photos: array<f32>;
@group(0) @binding(3) var<storage, read_write> e: Extents;

// Six values of a row: its first four and its last two.
struct Row {
    left: vec4<f32>,
    right: vec2<f32>,
}

fn row(start: u32, plane: u32) -> Row {
    return Row(
        vec4<f32>(
            products[start],
            products[start + plane],
            products[start + 2u * plane],
            products[start + 3u * plane],
        ),
        vec2<f32>(products[start + 4u * plane], products[start + 5u * plane]),
    );
}

// The four outputs of a row, from `to` on, those that lie inside the photo.
fn put(row: Row, bias: f32, to: u32, inside: u32) {
    let m = row.left;
    let f = row.right;
    let near = m.y + m.z;
    let near_odd = m.y - m.z;
    let far = m.w + f.x;
    let far_odd = m.w - f.x;
    let v = max(
        vec4<f32>(
            m.x + near + far,
            near_odd + 2.0 * far_odd,
            near + 4.0 * far,
            near_odd + 8.0 * far_odd + f.y,
        ) + bias,
        vec4<f32>(),
    );
    photos[to] = v.x;
    if inside > 1u {
        photos[to + 1u] = v.y;
    }
    if inside > 2u {
        photos[to + 2u] = v.z;
    }
    if inside > 3u {
        photos[to + 3u] = v.w;
    }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= e.k * e.columns || id.x % e.columns >= e.tiles {
        return;
    }
    let channel = id.x / e.columns;
    let tile = e.first + id.x % e.columns;
    let inside = tile % (e.down * e.across);
    let y = inside / e.across * 4u;
    let x = inside % e.across * 4u;
    let plane = (e.k + 15u) / 16u * 16u * e.columns;
    let a = row(id.x, plane);
    let b = row(id.x + 6u * plane, plane);
    let c = row(id.x + 12u * plane, plane);
    let d = row(id.x + 18u * plane, plane);
    let f = row(id.x + 24u * plane, plane);
    let g = row(id.x + 30u * plane, plane);
    let near = Row(b.left + c.left, b.right + c.right);
    let near_odd = Row(b.left - c.left, b.right - c.right);
    let far = Row(d.left + f.left, d.right + f.right);
    let far_odd = Row(d.left - f.left, d.right - f.right);
    let to = ((tile / (e.down * e.across) * e.k + channel) * e.h + y) * e.w + x;
    let rows = e.h - y;
    let columns = e.w - x;
    let shift = bias[channel];
    put(Row(a.left + near.left + far.left, a.right + near.right + far.right), shift, to, columns);
    if rows > 1u {
        let second = Row(near_odd.left + 2.0 * far_odd.left, near_odd.right + 2.0 * far_odd.right);
        put(second, shift, to + e.w, columns);
    }
    if rows > 2u {
        put(Row(near.left + 4.0 * far.left, near.right + 4.0 * far.right), shift, to + 2u * e.w, columns);
    }
    if rows > 3u {
        let fourth = Row(near_odd.left + 8.0 * far_odd.left + g.left, near_odd.right + 8.0 * far_odd.right + g.right);
        put(fourth, shift, to + 3u * e.w, columns);
    }
}
