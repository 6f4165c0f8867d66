//! A target and its run.

use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    process,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use peak_alloc::PeakAlloc;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::mutate;

/// How long reading one input may take.
pub const HANG: Duration = Duration::from_secs(5);
/// After how long nobody waits any more: the process ends.
const GONE: Duration = Duration::from_secs(60);
/// How often an input that took too long is read again before it is a finding.
const AGAIN: usize = 2;
/// Minutes for each target, in the place of its few inputs.
const MINUTES: &str = "HEADSTART_FUZZ_MINUTES";
/// What all inputs follow from.
const SEED: &str = "HEADSTART_FUZZ_SEED";

/// Targets of a process take turns, so that each counts its own memory.
static TURN: Mutex<()> = Mutex::new(());

/// What makes one more input.
type Make<'a> = dyn Fn(&mut ChaCha8Rng, &[Vec<u8>]) -> Vec<u8> + 'a;

/// Damaged inputs for one reader.
pub struct Fuzz<'a> {
    name: &'a str,
    folder: &'a str,
    seeds: Vec<Vec<u8>>,
    /// How many of the seeds, from the first, must be taken for sound.
    sound: usize,
    make: Box<Make<'a>>,
    count: u64,
    fixed: usize,
    per_byte: usize,
    _turn: MutexGuard<'static, ()>,
}

impl<'a> Fuzz<'a> {
    /// A target of that name. Inputs are `seeds`, damaged; each must be taken for sound as it is. An input that is a finding
    /// is kept in `folder`, which is `env!("CARGO_TARGET_TMPDIR")`. No other target of the process runs until it has run.
    #[must_use]
    pub fn new(name: &'a str, folder: &'a str, seeds: Vec<Vec<u8>>) -> Self {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let (sound, make) = (seeds.len(), Box::new(mutate));
        Self { name, folder, seeds, sound, make, count: 2_000, fixed: 1 << 20, per_byte: 16, _turn }
    }

    /// Further sound seeds. Large ones are given here, where they are made in the target's turn: another one would count them
    /// as what its reader holds.
    #[must_use]
    pub fn with_sound(mut self, seeds: Vec<Vec<u8>>) -> Self {
        let (before, count) = (self.sound, seeds.len());
        self.seeds.splice(before..before, seeds);
        Self { sound: before + count, ..self }
    }

    /// Further seeds behind the sound ones: damaged already, or not whole. Nothing is expected of them.
    #[must_use]
    pub fn with_unsound(mut self, seeds: Vec<Vec<u8>>) -> Self {
        self.seeds.extend(seeds);
        self
    }

    /// Inputs come from `make`, which is given the seeds: damage where a mere flip would be refused at once.
    #[must_use]
    pub fn made_by(self, make: impl Fn(&mut ChaCha8Rng, &[Vec<u8>]) -> Vec<u8> + 'a) -> Self {
        Self { make: Box::new(make), ..self }
    }

    /// How many inputs a test reads.
    #[must_use]
    pub fn count(self, count: u64) -> Self {
        Self { count, ..self }
    }

    /// Bytes that reading an input may hold at once: `fixed`, and `per_byte` for each of its own.
    #[must_use]
    pub fn memory(self, fixed: usize, per_byte: usize) -> Self {
        Self { fixed, per_byte, ..self }
    }

    /// Has `read` read the seeds as they are, and then damaged ones; it says whether it took one for sound, which is counted.
    ///
    /// # Panics
    /// Where [`PeakAlloc`] does not count memory, or a sound seed is refused: damaged inputs would test nothing then. And with
    /// the first finding: `read` panicked, took longer than [`HANG`], or held too much memory. Where it does not return at
    /// all, the process ends.
    pub fn run(self, read: impl Fn(&[u8]) -> bool) {
        assert!(PeakAlloc.current_usage() > 0, "nothing counts memory: PeakAlloc must be the #[global_allocator]");
        let number = |name: &str| env::var(name).ok().and_then(|text| text.parse().ok());
        let (minutes, seed) = (number(MINUTES), number(SEED).unwrap_or(1));
        let start = Instant::now();
        let watch = Watch::begin(self.name, self.folder);
        let (mut slowest, mut largest, mut taken) = (Duration::ZERO, 0, 0);
        let mut one = |bytes: &[u8], what: &str| {
            let (time, held, is_taken) = self.one(bytes, what, &watch, &read);
            slowest = slowest.max(time);
            largest = largest.max(held);
            taken += u64::from(is_taken);
            is_taken
        };
        for (number, bytes) in self.seeds.iter().enumerate() {
            let is_taken = one(bytes, &format!("seed file {number}"));
            assert!(is_taken || number >= self.sound, "{}: seed file {number} is refused as it is", self.name);
        }
        let mut done = 0;
        let goes_on = |done: u64| {
            minutes.map_or(done < self.count, |minutes| start.elapsed() < Duration::from_secs(60 * minutes))
        };
        while goes_on(done) {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(done);
            one(&(self.make)(&mut random, &self.seeds), &format!("{SEED}={seed}, input {done}"));
            done += 1;
        }
        let (seconds, slowest, held) = (start.elapsed().as_secs_f64(), slowest.as_millis(), largest as f64 / 1e6);
        println!(
            "{}: {done} inputs in {seconds:.1} s, {taken} sound ones; the slowest took {slowest} ms, at most {held:.1} MB \
             held",
            self.name
        );
    }

    /// How long one input took, what it held, and whether it was taken for sound.
    fn one(&self, bytes: &[u8], what: &str, watch: &Watch, read: impl Fn(&[u8]) -> bool) -> (Duration, usize, bool) {
        watch.set(bytes);
        let before = PeakAlloc.current_usage();
        PeakAlloc.reset_peak_usage();
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| read(bytes)));
        let (mut time, held) = (start.elapsed(), PeakAlloc.peak_usage().saturating_sub(before));
        watch.clear();
        // The machine may have done something else meanwhile: it is read again.
        for _ in 0..AGAIN {
            if time > HANG && outcome.is_ok() {
                watch.set(bytes);
                let start = Instant::now();
                read(bytes);
                time = time.min(start.elapsed());
                watch.clear();
            }
        }
        let allowed = self.fixed + self.per_byte * bytes.len();
        let wrong = match outcome {
            Err(panic) => {
                eprintln!("{}", self.found(bytes, what, "panics"));
                resume_unwind(panic)
            }
            Ok(_) if time > HANG => format!("takes {:.1} s", time.as_secs_f64()),
            Ok(_) if held > allowed => format!("holds {held} bytes, and {allowed} are allowed"),
            Ok(is_taken) => return (time, held, is_taken),
        };
        panic!("{}", self.found(bytes, what, &wrong));
    }

    /// Keeps an input, and says what is wrong with it.
    fn found(&self, bytes: &[u8], what: &str, wrong: &str) -> String {
        let kept = keep(self.name, self.folder, bytes);
        format!("{}: reading {kept} ({} bytes; {what}) {wrong}", self.name, bytes.len())
    }
}

/// Writes `bytes` where they can be looked at; says where.
fn keep(name: &str, folder: &str, bytes: &[u8]) -> String {
    let path = Path::new(folder).join(format!("finding-{}.bin", name.replace(' ', "-")));
    match fs::write(&path, bytes) {
        Ok(()) => path.display().to_string(),
        Err(error) => format!("an input that cannot be kept ({error})"),
    }
}

/// Ends the process where an input is read for ever.
struct Watch(Arc<Current>);

/// Since when which input is read.
type Current = Mutex<Option<(Instant, Vec<u8>)>>;

impl Watch {
    fn begin(name: &str, folder: &str) -> Self {
        let current: Arc<Current> = Arc::default();
        let (seen, name, folder) = (Arc::downgrade(&current), name.to_owned(), folder.to_owned());
        thread::spawn(move || {
            while let Some(current) = seen.upgrade() {
                if let Some((start, bytes)) = &*current.lock().unwrap_or_else(PoisonError::into_inner)
                    && start.elapsed() > GONE
                {
                    eprintln!("{name}: reading {} does not end", keep(&name, &folder, bytes));
                    process::abort();
                }
                drop(current);
                thread::sleep(Duration::from_millis(500));
            }
        });
        Self(current)
    }

    fn set(&self, bytes: &[u8]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), bytes.to_vec()));
    }

    fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, thread::sleep};

    use super::*;

    #[global_allocator]
    static MEMORY: PeakAlloc = PeakAlloc;

    fn fuzz(name: &str) -> Fuzz<'_> {
        // No folder of a test's own: what is kept here is nobody's finding.
        Fuzz::new(name, "/nowhere", vec![vec![1, 2, 3]]).count(50)
    }

    fn finding(fuzz: Fuzz<'_>, read: impl Fn(&[u8]) -> bool) -> String {
        let panic = catch_unwind(AssertUnwindSafe(|| fuzz.run(read))).expect_err("no finding");
        panic.downcast_ref::<String>().cloned().unwrap_or_default()
    }

    #[test]
    fn a_sound_reader_reads_all_inputs() {
        let read = Cell::new(0);
        fuzz("sound").run(|_| {
            read.set(read.get() + 1);
            true
        });
        assert_eq!(read.get(), 51);
    }

    #[test]
    fn a_reader_that_refuses_a_sound_seed_is_a_finding() {
        let refuses = finding(fuzz("refuses"), |_| false);
        assert_eq!(refuses, "refuses: seed file 0 is refused as it is");
        // What is damaged already, beside a sound one, may be.
        let read = Cell::new(0);
        fuzz("refuses some").with_unsound(vec![vec![4]]).with_sound(vec![vec![5]]).run(|bytes| {
            read.set(read.get() + 1);
            bytes == [1, 2, 3] || bytes == [5]
        });
        assert_eq!(read.get(), 53);
        let refuses = finding(fuzz("refuses a later one").with_sound(vec![vec![5]]), |bytes| bytes == [1, 2, 3]);
        assert_eq!(refuses, "refuses a later one: seed file 1 is refused as it is");
    }

    #[test]
    fn panics_slowness_and_memory_are_findings() {
        let panics = finding(fuzz("panics"), |bytes| {
            assert!(bytes.len() > 9_999_999, "short: {}", bytes.len());
            true
        });
        assert_eq!(panics, "short: 3");
        let slow = finding(fuzz("slow"), |_| {
            sleep(HANG + Duration::from_millis(50));
            true
        });
        assert!(slow.contains("takes 5."), "{slow}");
        let hungry = finding(fuzz("hungry").memory(1_000, 1), |bytes| vec![1u8; 2_000 + bytes.len()].len() > 1);
        assert!(hungry.contains("holds 2") && hungry.contains("seed file 0"), "{hungry}");
    }
}
