//! JPEGs in layouts that no encoder of a library writes: every block has one colour, so that a few codes are enough.

use image::{Rgb, RgbImage};

/// The codes of one kind of coefficient.
struct Table {
    /// Class and number.
    id: u8,
    /// How many codes there are of each length.
    counts: &'static [u8],
    values: &'static [u8],
}

const CATEGORIES: [u8; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
/// The beginnings of the standard tables (ITU-T T.81, K.3.3), so that a file without them means the same.
const TABLES: [Table; 4] = [
    Table { id: 0x00, counts: &[0, 1, 5, 1, 1, 1, 1, 1, 1], values: &CATEGORIES },
    Table { id: 0x01, counts: &[0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1], values: &CATEGORIES },
    Table { id: 0x10, counts: &[0, 2, 1, 3], values: &[0x01, 0x02, 0x03, 0x00, 0x04, 0x11] },
    Table { id: 0x11, counts: &[0, 2, 1, 2], values: &[0x00, 0x01, 0x02, 0x03, 0x11] },
];

/// A scan: its components, its first and its last coefficient.
pub(crate) type Scan = (&'static [usize], u8, u8);

/// How a JPEG is laid out.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Across and down, for each component.
    pub(crate) sampling: Vec<(usize, usize)>,
    pub(crate) progressive: bool,
    pub(crate) scans: Vec<Scan>,
    /// Units between restart markers; 0 for none.
    pub(crate) restart: u16,
    /// Whether the Huffman tables are in the file.
    pub(crate) with_tables: bool,
    /// Segments right after the start.
    pub(crate) notes: Vec<u8>,
}

impl Layout {
    /// A baseline JPEG of one scan.
    pub(crate) fn baseline(width: usize, height: usize, sampling: &[(usize, usize)]) -> Self {
        let scans: Vec<Scan> = vec![if sampling.len() == 1 { (&[0], 0, 63) } else { (&[0, 1, 2], 0, 63) }];
        let (sampling, notes) = (sampling.to_vec(), JFIF.to_vec());
        Self { width, height, sampling, progressive: false, scans, restart: 0, with_tables: true, notes }
    }

    /// The file.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = [b"\xff\xd8", &self.notes[..], b"\xff\xdb\0\x43\0", &[8; 64]].concat();
        bytes.extend([0xff, if self.progressive { 0xc2 } else { 0xc0 }]);
        bytes.extend((8 + 3 * self.sampling.len() as u16).to_be_bytes());
        bytes.push(8);
        bytes.extend([self.height as u16, self.width as u16].iter().flat_map(|side| side.to_be_bytes()));
        bytes.push(self.sampling.len() as u8);
        for (index, (across, down)) in self.sampling.iter().enumerate() {
            bytes.extend([index as u8 + 1, (across * 16 + down) as u8, 0]);
        }
        for table in TABLES.iter().filter(|_| self.with_tables) {
            let mut counts = table.counts.to_vec();
            counts.resize(16, 0);
            bytes.extend(b"\xff\xc4");
            bytes.extend((19 + table.values.len() as u16).to_be_bytes());
            bytes.extend([&[table.id][..], &counts, table.values].concat());
        }
        bytes.extend([&b"\xff\xdd\0\x04"[..], &self.restart.to_be_bytes()].concat());
        for scan in &self.scans {
            bytes.extend(self.scan(*scan));
        }
        bytes.extend(b"\xff\xd9");
        bytes
    }

    /// The picture that it shows, but for how finely chroma is filled in.
    pub(crate) fn picture(&self) -> RgbImage {
        RgbImage::from_fn(self.width as u32, self.height as u32, |x, y| {
            let level = |component: usize| f64::from(self.level_at(component, x as usize, y as usize));
            if self.sampling.len() == 1 {
                return Rgb([level(0) as u8; 3]);
            }
            let (light, blue, red) = (level(0), level(1) - 128.0, level(2) - 128.0);
            let colours = [light + 1.402 * red, light - 0.344_136 * blue - 0.714_136 * red, light + 1.772 * blue];
            Rgb(colours.map(|colour| colour.round().clamp(0.0, 255.0) as u8))
        })
    }

    fn finest(&self) -> (usize, usize) {
        let most = |of: fn(&(usize, usize)) -> usize| self.sampling.iter().map(of).max().unwrap();
        (most(|(across, _)| *across), most(|(_, down)| *down))
    }

    /// A component's level where the full-size picture's pixel is.
    fn level_at(&self, component: usize, x: usize, y: usize) -> u8 {
        let (most_across, most_down) = self.finest();
        let (across, down) = self.sampling[component];
        self.level(component, x * across / most_across / 8, y * down / most_down / 8)
    }

    /// The level of a component's block: a ramp of its own for each, within what colours allow.
    fn level(&self, component: usize, column: usize, row: usize) -> u8 {
        let (most_across, most_down) = self.finest();
        let (across, down) = self.sampling[component];
        let along = |block: usize, finest: usize, own: usize, side: usize| {
            ((block * 8 + 4) * finest / own).min(side - 1) as f64 / side as f64
        };
        let (x, y) = (along(column, most_across, across, self.width), along(row, most_down, down, self.height));
        let level = match component {
            0 => 80.0 + 50.0 * x + 40.0 * y,
            1 => 110.0 + 40.0 * y,
            _ => 150.0 - 40.0 * x,
        };
        level.round() as u8
    }

    fn scan(&self, (components, first, last): Scan) -> Vec<u8> {
        let (most_across, most_down) = self.finest();
        let mut bytes = b"\xff\xda".to_vec();
        bytes.extend((6 + 2 * components.len() as u16).to_be_bytes());
        bytes.push(components.len() as u8);
        for component in components {
            bytes.extend([*component as u8 + 1, if *component == 0 { 0x00 } else { 0x11 }]);
        }
        bytes.extend([first, last, 0]);
        // A component alone has as many blocks as it needs; several have whole units.
        let (units_across, units_down) = match components {
            [alone] => {
                let (across, down) = self.sampling[*alone];
                ((self.width * across).div_ceil(8 * most_across), (self.height * down).div_ceil(8 * most_down))
            }
            _ => (self.width.div_ceil(8 * most_across), self.height.div_ceil(8 * most_down)),
        };
        let mut bits = Bits::default();
        let mut before = [128_i32; 4];
        for unit in 0..units_across * units_down {
            if self.restart > 0 && unit > 0 && unit % usize::from(self.restart) == 0 {
                bytes.extend(bits.finish());
                bytes.extend([0xff, 0xd0 + (unit / usize::from(self.restart) - 1) as u8 % 8]);
                before = [128; 4];
            }
            for component in components {
                let (across, down) = if components.len() == 1 { (1, 1) } else { self.sampling[*component] };
                for block in 0..across * down {
                    let column = unit % units_across * across + block % across;
                    let row = unit / units_across * down + block / across;
                    let table = usize::from(*component > 0);
                    if first == 0 {
                        let level = i32::from(self.level(*component, column, row));
                        bits.push_difference(table, level - before[*component]);
                        before[*component] = level;
                    }
                    if last > 0 {
                        bits.push_code(&TABLES[2 + table], 0);
                    }
                }
            }
        }
        bytes.extend(bits.finish());
        bytes
    }
}

/// A JFIF mark.
pub(crate) const JFIF: &[u8] = b"\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";

#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn push(&mut self, value: u32, length: usize) {
        self.0.extend((0..length).rev().map(|bit| value >> bit & 1 == 1));
    }

    /// A value's code: codes of each length follow those before them (annex C).
    fn push_code(&mut self, table: &Table, value: u8) {
        let (mut code, mut index) = (0, 0);
        for (shorter, count) in table.counts.iter().enumerate() {
            for _ in 0..*count {
                if table.values[index] == value {
                    return self.push(code, shorter + 1);
                }
                code += 1;
                index += 1;
            }
            code <<= 1;
        }
        panic!("no code for {value}");
    }

    fn push_difference(&mut self, table: usize, difference: i32) {
        let category = 32 - difference.unsigned_abs().leading_zeros();
        self.push_code(&TABLES[table], category as u8);
        let value = if difference < 0 { difference - 1 } else { difference };
        self.push(value as u32 & ((1 << category) - 1), category as usize);
    }

    /// The bytes, filled up with ones, a zero after each that is all ones.
    fn finish(&mut self) -> Vec<u8> {
        let bits = std::mem::take(&mut self.0);
        let bytes =
            bits.chunks(8).map(|byte| (0..8).fold(0, |sum, bit| sum << 1 | u8::from(*byte.get(bit).unwrap_or(&true))));
        bytes.flat_map(|byte| if byte == 0xff { vec![0xff, 0] } else { vec![byte] }).collect()
    }
}
