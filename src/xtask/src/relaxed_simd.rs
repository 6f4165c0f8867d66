//! Relaxed SIMD, which not every browser has: whether a program needs it, the same program without it, and a program by which a
//! browser tells.
//!
//! The engine is compiled once, with fused multiplications and additions. The other file has a multiplication and an addition in
//! the place of each. The compiler makes relaxed maxima of others; there the larger of two numbers is taken as `pmax` does it.

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, Function, FunctionSection, Instruction, Module, TypeSection, ValType};
use wasmparser::{CompositeInnerType, FunctionBody, Operator, Parser, Payload, Validator, WasmFeatures};

/// What the name of a program for browsers without relaxed SIMD ends with.
pub(crate) const PLAIN: &str = "_plain.wasm";

/// A condition in JavaScript: whether this browser has relaxed SIMD.
pub(crate) fn condition() -> String {
    format!("WebAssembly.validate(new Uint8Array({:?}))", probe())
}

/// `wasm` without relaxed SIMD; `None` where it has none.
///
/// # Errors
/// In words: what is no wasm module, or one that needs more of relaxed SIMD than is replaced here.
pub(crate) fn lowered(wasm: &[u8]) -> Result<Option<Vec<u8>>, String> {
    if holds_without(wasm).is_ok() {
        return Ok(None);
    }
    let mut lowering = Lowering { parameters: parameters(wasm).map_err(|error| error.to_string())?.into_iter() };
    let mut module = Module::new();
    lowering.parse_core_module(&mut module, Parser::new(0), wasm).map_err(|error| error.to_string())?;
    let lowered = module.finish();
    holds_without(&lowered).map_err(|error| error.to_string())?;
    Ok(Some(lowered))
}

/// A module that is valid where there is relaxed SIMD, and nowhere else.
fn probe() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::V128]);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut body = Function::new([]);
    for _ in 0..3 {
        body.instruction(&Instruction::V128Const(0));
    }
    body.instruction(&Instruction::F32x4RelaxedMadd).instruction(&Instruction::End);
    let mut code = CodeSection::new();
    code.function(&body);
    Module::new().section(&types).section(&functions).section(&code).clone().finish()
}

/// Whether `wasm` is valid in a browser that lacks relaxed SIMD.
fn holds_without(wasm: &[u8]) -> Result<(), wasmparser::BinaryReaderError> {
    let features = WasmFeatures::default().difference(WasmFeatures::RELAXED_SIMD);
    Validator::new_with_features(features).validate_all(wasm).map(drop)
}

/// How many parameters each function of the module has that has a body, in their order.
fn parameters(wasm: &[u8]) -> Result<Vec<u32>, wasmparser::BinaryReaderError> {
    let (mut types, mut functions) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(section) => {
                for group in section {
                    types.extend(group?.into_types().map(|one| match one.composite_type.inner {
                        CompositeInnerType::Func(function) => function.params().len() as u32,
                        _ => 0,
                    }));
                }
            }
            Payload::FunctionSection(section) => {
                for index in section {
                    functions.push(types.get(index? as usize).copied().unwrap_or_default());
                }
            }
            _ => {}
        }
    }
    Ok(functions)
}

/// Copies a module, and replaces what is relaxed SIMD.
struct Lowering {
    /// Of the functions that are still to come.
    parameters: std::vec::IntoIter<u32>,
}

impl Reencode for Lowering {
    type Error = std::convert::Infallible;

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let parameters = self.parameters.next().unwrap_or_default();
        let operators = || body.get_operators_reader().map(IntoIterator::into_iter);
        let is_relaxed =
            |operator: &Operator<'_>| matches!(operator, Operator::F32x4RelaxedMadd | Operator::F32x4RelaxedMax);
        if !operators()?.any(|operator| operator.as_ref().is_ok_and(is_relaxed)) {
            return utils::parse_function_body(self, code, body);
        }
        let (mut locals, mut addend) = (Vec::new(), parameters);
        for local in body.get_locals_reader()? {
            let (count, kind) = local?;
            locals.push((count, self.val_type(kind)?));
            addend += count;
        }
        locals.push((1, ValType::V128));
        let mut function = Function::new(locals);
        for operator in operators()? {
            match operator? {
                Operator::F32x4RelaxedMadd => {
                    function.instruction(&Instruction::LocalSet(addend)).instruction(&Instruction::F32x4Mul);
                    function.instruction(&Instruction::LocalGet(addend)).instruction(&Instruction::F32x4Add);
                }
                Operator::F32x4RelaxedMax => {
                    function.instruction(&Instruction::F32x4PMax);
                }
                other => {
                    function.instruction(&self.instruction(other)?);
                }
            }
        }
        code.function(&function);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_with_relaxed_simd_is_lowered() {
        let probe = probe();
        assert!(Validator::new().validate_all(&probe).is_ok());
        assert!(holds_without(&probe).is_err());
        let lowered = lowered(&probe).unwrap().unwrap();
        assert!(holds_without(&lowered).is_ok());
        assert_ne!(lowered, probe);
    }

    #[test]
    fn a_module_without_it_stays() {
        assert_eq!(lowered(&Module::new().finish()).unwrap(), None);
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(lowered(b"no module").is_err());
    }
}
