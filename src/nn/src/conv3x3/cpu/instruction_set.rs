//! Which instruction set a kernel runs with.
#![expect(unsafe_code, reason = "code for an instruction set may run only where the processor has it")]

use super::gemm;
use super::simd::{self, Simd};

/// An instruction set that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum InstructionSet {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What every processor of the target has. In the browser that is relaxed SIMD: for those without it the worker's file is
    /// written once more, each such instruction replaced by two others.
    Baseline,
}

#[cfg(target_arch = "wasm32")]
type Baseline = simd::RelaxedSimd;
#[cfg(not(target_arch = "wasm32"))]
type Baseline = simd::Portable;

/// Work that is compiled once an instruction set.
pub(super) trait Kernel {
    /// Panics where the lengths are not those that the work is about; filters lie in panels of `panel_width`.
    fn check(&self, panel_width: usize);

    /// Does the work, in register tiles of `TILE` rows.
    ///
    /// # Safety
    /// The instruction set of `S`, and lengths that [`Self::check`] has passed.
    unsafe fn run<S: Simd, const TILE: usize>(self);
}

impl InstructionSet {
    /// All of the target, the widest one first.
    const OF_THE_TARGET: &[Self] = &[
        #[cfg(target_arch = "x86_64")]
        Self::Avx512,
        #[cfg(target_arch = "x86_64")]
        Self::Avx2,
        Self::Baseline,
    ];

    /// Those that this processor has, the widest one first.
    pub(super) fn here() -> impl Iterator<Item = Self> {
        Self::OF_THE_TARGET.iter().copied().filter(|set| match set {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => std::arch::is_x86_feature_detected!("avx512f"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma"),
            Self::Baseline => true,
        })
    }

    /// The widest one here.
    pub(super) fn detect() -> Self {
        Self::here().next().unwrap_or(Self::Baseline)
    }

    /// Filters of a panel.
    pub(super) fn panel_width(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => gemm::panel_width::<simd::Avx512>(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => gemm::panel_width::<simd::Avx2>(),
            Self::Baseline => gemm::panel_width::<Baseline>(),
        }
    }

    /// Runs `kernel` with this instruction set. Rows of a register tile: as many as its registers hold.
    pub(super) fn run(self, kernel: impl Kernel) {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f")]
        unsafe fn avx512(kernel: impl Kernel) {
            unsafe { kernel.run::<simd::Avx512, 12>() }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        unsafe fn avx2(kernel: impl Kernel) {
            unsafe { kernel.run::<simd::Avx2, 6>() }
        }
        #[cfg(target_arch = "wasm32")]
        #[target_feature(enable = "relaxed-simd")]
        unsafe fn baseline(kernel: impl Kernel) {
            unsafe { kernel.run::<Baseline, 6>() }
        }
        #[cfg(not(target_arch = "wasm32"))]
        unsafe fn baseline(kernel: impl Kernel) {
            unsafe { kernel.run::<Baseline, 6>() }
        }
        kernel.check(self.panel_width());
        // SAFETY: the instruction set was found here; the lengths are as checked.
        unsafe {
            match self {
                #[cfg(target_arch = "x86_64")]
                Self::Avx512 => avx512(kernel),
                #[cfg(target_arch = "x86_64")]
                Self::Avx2 => avx2(kernel),
                Self::Baseline => baseline(kernel),
            }
        }
    }
}
