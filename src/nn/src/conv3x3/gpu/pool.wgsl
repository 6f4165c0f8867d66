// Maximum of each 2×2: one invocation for one of them.

struct Extents {
    // Of the input.
    h: u32,
    w: u32,
    planes: u32,
    // Invocations of a row of workgroups.
    row: u32,
}

// [planes, h, w]
@group(0) @binding(0) var<storage, read_write> photos: array<f32>;
// [planes, h / 2, w / 2]
@group(0) @binding(1) var<storage, read_write> pooled: array<f32>;
@group(0) @binding(2) var<storage, read_write> e: Extents;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let down = e.h / 2u;
    let across = e.w / 2u;
    let at = id.y * e.row + id.x;
    if at >= e.planes * down * across {
        return;
    }
    let plane = at / (down * across);
    let inside = at % (down * across);
    let top = (plane * e.h + inside / across * 2u) * e.w + inside % across * 2u;
    let below = top + e.w;
    pooled[at] = max(max(photos[top], photos[top + 1u]), max(photos[below], photos[below + 1u]));
}
