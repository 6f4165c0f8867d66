// Bᵀ d B of every 6×6 patch d: one invocation for one channel of one tile.

// [n, c, h, w]
@group(0) @binding(0) var<storage, read_write> photos: array<f32>;
// [36, c, columns]
@group(0) @binding(1) var<storage, read_write> patches: array<f32>;
@group(0) @binding(2) var<storage, read_write> e: Extents;

// Six values of a row: its first four and its last two.
struct Row {
    left: vec4<f32>,
    right: vec2<f32>,
}

// Row `y` of the channel that begins at `plane`, zero outside the photo.
fn row(plane: u32, y: u32, x: u32) -> Row {
    let start = plane + min(y, e.h - 1u) * e.w;
    let left = vec4<u32>(x, x + 1u, x + 2u, x + 3u);
    let right = vec2<u32>(x + 4u, x + 5u);
    let l = min(left, vec4<u32>(e.w - 1u)) + start;
    let r = min(right, vec2<u32>(e.w - 1u)) + start;
    let inside = y < e.h;
    return Row(
        select(
            vec4<f32>(),
            vec4<f32>(photos[l.x], photos[l.y], photos[l.z], photos[l.w]),
            (left < vec4<u32>(e.w)) & vec4<bool>(inside),
        ),
        select(vec2<f32>(), vec2<f32>(photos[r.x], photos[r.y]), (right < vec2<u32>(e.w)) & vec2<bool>(inside)),
    );
}

// The six points of a row, each into its plane, from plane `to` on.
fn put(row: Row, to: u32) {
    let d = row.left;
    let f = row.right;
    let plane = e.c * e.columns;
    let even = f.x - 4.0 * d.z;
    let odd = d.w - 4.0 * d.y;
    let outer = f.x - d.z;
    let inner = 2.0 * (d.w - d.y);
    patches[to] = 4.0 * d.x - 5.0 * d.z + f.x;
    patches[to + plane] = even + odd;
    patches[to + 2u * plane] = even - odd;
    patches[to + 3u * plane] = outer + inner;
    patches[to + 4u * plane] = outer - inner;
    patches[to + 5u * plane] = 4.0 * d.y - 5.0 * d.w + f.y;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= e.c * e.columns {
        return;
    }
    let channel = id.x / e.columns;
    // The columns that round up repeat the last tile; nobody reads what becomes of them.
    let tile = e.first + min(id.x % e.columns, e.tiles - 1u);
    let inside = tile % (e.down * e.across);
    let plane = (tile / (e.down * e.across) * e.c + channel) * e.h * e.w;
    // One row and column before the tile: at the edge this wraps to far outside.
    let y = inside / e.across * 4u - 1u;
    let x = inside % e.across * 4u - 1u;
    let a = row(plane, y, x);
    let b = row(plane, y + 1u, x);
    let c = row(plane, y + 2u, x);
    let d = row(plane, y + 3u, x);
    let f = row(plane, y + 4u, x);
    let g = row(plane, y + 5u, x);
    let even = Row(f.left - 4.0 * c.left, f.right - 4.0 * c.right);
    let odd = Row(d.left - 4.0 * b.left, d.right - 4.0 * b.right);
    let outer = Row(f.left - c.left, f.right - c.right);
    let inner = Row(2.0 * (d.left - b.left), 2.0 * (d.right - b.right));
    let step = 6u * e.c * e.columns;
    put(Row(4.0 * a.left - 5.0 * c.left + f.left, 4.0 * a.right - 5.0 * c.right + f.right), id.x);
    put(Row(even.left + odd.left, even.right + odd.right), id.x + step);
    put(Row(even.left - odd.left, even.right - odd.right), id.x + 2u * step);
    put(Row(outer.left + inner.left, outer.right + inner.right), id.x + 3u * step);
    put(Row(outer.left - inner.left, outer.right - inner.right), id.x + 4u * step);
    put(Row(4.0 * b.left - 5.0 * d.left + g.left, 4.0 * b.right - 5.0 * d.right + g.right), id.x + 5u * step);
}
