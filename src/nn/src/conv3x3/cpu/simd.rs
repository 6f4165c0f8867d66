//! The vector instructions that the convolution needs, one implementation an instruction set.
#![expect(unsafe_code, reason = "vector loads and stores take raw pointers")]

/// Vectors of [`Simd::LANES`] floats.
///
/// # Safety
/// Every function needs the instruction set of its implementation; loads and stores need [`Simd::LANES`] valid floats
/// behind their pointer, in any alignment.
pub(super) trait Simd: Copy {
    /// A vector.
    type V: Copy;
    /// Floats in a vector.
    const LANES: usize;

    unsafe fn splat(value: f32) -> Self::V;
    unsafe fn load(from: *const f32) -> Self::V;
    unsafe fn store(to: *mut f32, v: Self::V);
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    /// `a * b + c`, fused where the instruction set can.
    unsafe fn mul_add(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// [`Simd::LANES`] whole numbers, as floats.
    unsafe fn widen(from: *const i16) -> Self::V;
}

/// One instruction set: its type, its vector, its width and its nine instructions.
macro_rules! instruction_set {
    ($name:ident, $vector:ty, $lanes:literal, $splat:expr, $load:expr, $store:expr, $add:expr, $sub:expr, $mul:expr, $max:expr, $mul_add:expr, $widen:expr) => {
        #[derive(Clone, Copy)]
        pub(in crate::conv3x3) struct $name;

        impl Simd for $name {
            type V = $vector;
            const LANES: usize = $lanes;

            #[inline(always)]
            unsafe fn splat(value: f32) -> Self::V {
                unsafe { $splat(value) }
            }
            #[inline(always)]
            unsafe fn load(from: *const f32) -> Self::V {
                unsafe { $load(from) }
            }
            #[inline(always)]
            unsafe fn store(to: *mut f32, v: Self::V) {
                unsafe { $store(to, v) }
            }
            #[inline(always)]
            unsafe fn add(a: Self::V, b: Self::V) -> Self::V {
                unsafe { $add(a, b) }
            }
            #[inline(always)]
            unsafe fn sub(a: Self::V, b: Self::V) -> Self::V {
                unsafe { $sub(a, b) }
            }
            #[inline(always)]
            unsafe fn mul(a: Self::V, b: Self::V) -> Self::V {
                unsafe { $mul(a, b) }
            }
            #[inline(always)]
            unsafe fn max(a: Self::V, b: Self::V) -> Self::V {
                unsafe { $max(a, b) }
            }
            #[inline(always)]
            unsafe fn mul_add(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
                unsafe { $mul_add(a, b, c) }
            }
            #[inline(always)]
            unsafe fn widen(from: *const i16) -> Self::V {
                unsafe { $widen(from) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Simd;
    use std::arch::x86_64::{
        __m256, __m512, _mm_loadu_si128, _mm256_add_ps, _mm256_cvtepi16_epi32, _mm256_cvtepi32_ps, _mm256_fmadd_ps,
        _mm256_loadu_ps, _mm256_loadu_si256, _mm256_max_ps, _mm256_mul_ps, _mm256_set1_ps, _mm256_storeu_ps,
        _mm256_sub_ps, _mm512_add_ps, _mm512_cvtepi16_epi32, _mm512_cvtepi32_ps, _mm512_fmadd_ps, _mm512_loadu_ps,
        _mm512_max_ps, _mm512_mul_ps, _mm512_set1_ps, _mm512_storeu_ps, _mm512_sub_ps,
    };

    #[inline]
    #[target_feature(enable = "avx512f")]
    unsafe fn widen_to_512(from: *const i16) -> __m512 {
        unsafe { _mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(_mm256_loadu_si256(from.cast()))) }
    }
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn widen_to_256(from: *const i16) -> __m256 {
        unsafe { _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(_mm_loadu_si128(from.cast()))) }
    }

    instruction_set!(
        Avx512,
        __m512,
        16,
        _mm512_set1_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_add_ps,
        _mm512_sub_ps,
        _mm512_mul_ps,
        _mm512_max_ps,
        _mm512_fmadd_ps,
        widen_to_512
    );
    instruction_set!(
        Avx2,
        __m256,
        8,
        _mm256_set1_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_add_ps,
        _mm256_sub_ps,
        _mm256_mul_ps,
        _mm256_max_ps,
        _mm256_fmadd_ps,
        widen_to_256
    );
}
#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512};

#[cfg(target_arch = "wasm32")]
mod wasm {
    use super::Simd;
    use std::arch::wasm32::{
        f32x4_add, f32x4_convert_i32x4, f32x4_mul, f32x4_pmax, f32x4_relaxed_madd, f32x4_splat, f32x4_sub,
        i32x4_load_extend_i16x4, v128, v128_load, v128_store,
    };

    #[inline(always)]
    unsafe fn load(from: *const f32) -> v128 {
        unsafe { v128_load(from.cast()) }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, v: v128) {
        unsafe { v128_store(to.cast(), v) }
    }
    // `b < a ? a : b` in one instruction on x86, where f32x4_max takes seven.
    #[inline(always)]
    unsafe fn max(a: v128, b: v128) -> v128 {
        f32x4_pmax(b, a)
    }
    #[inline(always)]
    unsafe fn mul(a: v128, b: v128) -> v128 {
        f32x4_mul(a, b)
    }
    #[inline(always)]
    unsafe fn mul_add(a: v128, b: v128, c: v128) -> v128 {
        f32x4_relaxed_madd(a, b, c)
    }
    #[inline(always)]
    unsafe fn widen(from: *const i16) -> v128 {
        f32x4_convert_i32x4(unsafe { i32x4_load_extend_i16x4(from) })
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> v128 {
        f32x4_splat(value)
    }
    #[inline(always)]
    unsafe fn add(a: v128, b: v128) -> v128 {
        f32x4_add(a, b)
    }
    #[inline(always)]
    unsafe fn sub(a: v128, b: v128) -> v128 {
        f32x4_sub(a, b)
    }

    instruction_set!(RelaxedSimd, v128, 4, splat, load, store, add, sub, mul, max, mul_add, widen);
}
#[cfg(target_arch = "wasm32")]
pub(super) use wasm::RelaxedSimd;

/// Four floats that the compiler turns into whatever the target always has (SSE2, NEON).
#[cfg(not(target_arch = "wasm32"))]
mod portable {
    use super::Simd;

    type V = [f32; 4];

    // All unsafe, as the intrinsics are that stand in their place elsewhere.
    #[inline(always)]
    unsafe fn splat(value: f32) -> V {
        [value; 4]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> V {
        unsafe { from.cast::<V>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, v: V) {
        unsafe { to.cast::<V>().write_unaligned(v) }
    }
    #[inline(always)]
    unsafe fn add(a: V, b: V) -> V {
        std::array::from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    unsafe fn sub(a: V, b: V) -> V {
        std::array::from_fn(|i| a[i] - b[i])
    }
    #[inline(always)]
    unsafe fn mul(a: V, b: V) -> V {
        std::array::from_fn(|i| a[i] * b[i])
    }
    #[inline(always)]
    unsafe fn max(a: V, b: V) -> V {
        std::array::from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    unsafe fn mul_add(a: V, b: V, c: V) -> V {
        std::array::from_fn(|i| a[i] * b[i] + c[i])
    }

    #[inline(always)]
    unsafe fn widen(from: *const i16) -> V {
        unsafe { from.cast::<[i16; 4]>().read_unaligned() }.map(f32::from)
    }

    instruction_set!(Portable, V, 4, splat, load, store, add, sub, mul, max, mul_add, widen);
}
#[cfg(not(target_arch = "wasm32"))]
pub(super) use portable::Portable;
