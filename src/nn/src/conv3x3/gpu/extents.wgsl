struct Extents {
    h: u32,
    w: u32,
    c: u32,
    k: u32,
    // Tiles a photo, down and across.
    down: u32,
    across: u32,
    // The pass's first tile, its tiles, and those rounded up to whole vectors.
    first: u32,
    tiles: u32,
    columns: u32,
}

