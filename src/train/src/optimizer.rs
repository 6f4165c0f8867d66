//! The optimizer of heads. burn's own keeps what it remembers of each parameter to itself, and gives it out only where a
//! device can be waited for, which a worker cannot; here it is tensors that a checkpoint reads and puts back.

use std::vec::IntoIter;

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::{
    Adam, AdamConfig, AdamState, AdaptiveMomentumState, CenteredState, GradientsParams, Optimizer, RmsProp,
    RmsPropConfig, RmsPropState, SquareAvgState,
};
use burn::tensor::{Device, Tensor, TensorData};
use headstart_protocol::OptimizerKind;

use crate::TrainError;
use crate::checkpoint::Opened;

/// A rule, and what it remembers of each parameter, `[n]`, in the order in which a module is visited.
pub(crate) enum HeadOptimizer {
    Adam(Adam, Vec<AdamState<1>>),
    RmsProp(RmsProp, Vec<RmsPropState<1>>),
}

impl HeadOptimizer {
    /// Adam, or RMSprop without momentum, before its first step.
    pub(crate) fn new(kind: OptimizerKind) -> Self {
        match kind {
            OptimizerKind::Adam => Self::Adam(AdamConfig::new().with_epsilon(1e-8).build(), Vec::new()),
            OptimizerKind::RmsProp => {
                let rule = RmsPropConfig::new().with_alpha(0.9).with_momentum(0.0).with_epsilon(1e-8);
                Self::RmsProp(rule.build(), Vec::new())
            }
        }
    }

    /// `module` after a step against `gradients`.
    pub(crate) fn step<M: Module>(&mut self, rate: f64, module: M, gradients: GradientsParams) -> M {
        match self {
            Self::Adam(rule, states) => step(rule, states, rate, module, gradients),
            Self::RmsProp(rule, states) => step(rule, states, rate, module, gradients),
        }
    }

    /// The parameters `values` and all that it remembers of them, `[n]`, with names that begin with `of`.
    pub(crate) fn named(&self, of: &str, values: Vec<Tensor<1>>) -> Vec<(String, Tensor<1>)> {
        let names = names(of, values.len(), &["values"]).chain(names(of, values.len(), self.remembered()));
        names.zip(values.into_iter().chain(self.memory())).collect()
    }

    /// Out of a checkpoint, parameters of `lens` numbers each, and all that it remembered of them, as
    /// [`Self::remember`] takes it.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] where some of it is missing.
    pub(crate) fn read<S>(
        &self,
        of: &str,
        lens: &[usize],
        file: &Opened<'_, S>,
    ) -> Result<[Vec<Vec<f32>>; 2], TrainError> {
        let floats = |parts: &[&str]| -> Result<Vec<Vec<f32>>, TrainError> {
            let lens = lens.iter().flat_map(|len| vec![*len; parts.len()]);
            names(of, lens.clone().count() / parts.len(), parts)
                .zip(lens)
                .map(|(name, len)| file.floats(&name, len))
                .collect()
        };
        Ok([floats(&["values"])?, floats(self.remembered())?])
    }

    /// What it remembers: for each parameter in turn its [`Self::remembered`] tensors.
    fn memory(&self) -> Vec<Tensor<1>> {
        match self {
            Self::Adam(_, states) => {
                let of = |state: &AdamState<1>| [state.momentum.moment_1.clone(), state.momentum.moment_2.clone()];
                states.iter().flat_map(of).collect()
            }
            Self::RmsProp(_, states) => states.iter().map(|state| state.square_avg.square_avg.clone()).collect(),
        }
    }

    /// The names of what it remembers of a parameter.
    fn remembered(&self) -> &'static [&'static str] {
        match self {
            Self::Adam(..) => &["means", "squares"],
            Self::RmsProp(..) => &["squares"],
        }
    }

    /// Puts back what it remembered after `steps` steps.
    pub(crate) fn remember(&mut self, memory: Vec<Vec<f32>>, steps: usize, device: &Device) {
        let device = device.clone().inner();
        let tensor = |values: Vec<f32>| {
            let len = values.len();
            Tensor::<1>::from_data(TensorData::new(values, [len]), &device)
        };
        let mut tensors = memory.into_iter().map(tensor);
        match self {
            Self::Adam(_, states) => {
                states.clear();
                while let (Some(means), Some(squares)) = (tensors.next(), tensors.next()) {
                    states.push(AdamState::new(AdaptiveMomentumState::new(steps, means, squares)));
                }
            }
            Self::RmsProp(_, states) => {
                let state = |squares: Tensor<1>| {
                    let centered = CenteredState::new(None, squares.clone());
                    RmsPropState::new(SquareAvgState::new(squares), centered, None)
                };
                *states = tensors.map(state).collect();
            }
        }
    }
}

/// `module` after a step of `rule` against `gradients`.
fn step<O: Optimizer, M: Module>(
    rule: &O,
    states: &mut Vec<O::State<1>>,
    rate: f64,
    module: M,
    gradients: GradientsParams,
) -> M {
    let before = std::mem::take(states).into_iter();
    let mut step = Step { rule, rate, gradients, before, after: Vec::new() };
    let module = module.map(&mut step);
    *states = step.after;
    module
}

/// For each of so many parameters a name for each of `parts`.
fn names<'a>(of: &'a str, parameters: usize, parts: &'a [&'a str]) -> impl Iterator<Item = String> + 'a {
    (0..parameters).flat_map(move |at| parts.iter().map(move |part| format!("{of}.{at}.{part}")))
}

/// One step on its way through a module.
struct Step<'a, O: Optimizer> {
    rule: &'a O,
    rate: f64,
    gradients: GradientsParams,
    before: IntoIter<O::State<1>>,
    after: Vec<O::State<1>>,
}

impl<O: Optimizer> ModuleMapper for Step<'_, O> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = param.consume();
        let Some(gradient) = self.gradients.remove::<D>(id) else {
            return Param::from_mapped_value(id, tensor, mapper);
        };
        // A run that goes on from a checkpoint finds its numbers one after the other: so they lie in every run.
        let shape = tensor.dims();
        let (values, gradient) = (tensor.inner().reshape([-1]), gradient.reshape([-1]));
        let (values, state) = self.rule.step(self.rate, values, gradient, self.before.next());
        self.after.extend(state);
        Param::from_mapped_value(id, Tensor::from_inner(values.reshape(shape)).require_grad(), mapper)
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use headstart_nn::Head;
    use headstart_weights::head::HeadArchitecture;

    use super::*;
    use crate::initial;
    use crate::parameters::{flat, read_all, replaced};

    fn head(device: &Device) -> Head {
        let architecture = HeadArchitecture::Mlp { hidden: vec![6], dropout: 0.0 };
        Head::new(&initial::layers(&architecture, 5, 3, 1), &architecture, device).unwrap()
    }

    fn gradients(head: &Head, device: &Device) -> GradientsParams {
        let photos = Tensor::<2>::from_data([[0.3, -0.8, 0.5, 0.1, 0.9], [-0.6, 0.2, 0.9, -0.4, 0.2]], device);
        let loss = head.forward(photos).powi_scalar(2).sum() + head.squared_weights().remove(0);
        GradientsParams::from_grads(loss.backward(), head)
    }

    fn numbers(head: &Head) -> Vec<Vec<f32>> {
        block_on(read_all(flat(&head.valid()))).unwrap()
    }

    /// burn's own optimizer of a whole module, on the parameters as they lie.
    #[test]
    fn steps_are_those_of_burns_optimizer() {
        let device = Device::flex().autodiff();
        let burns = [
            AdamConfig::new().with_epsilon(1e-8).init(),
            RmsPropConfig::new().with_alpha(0.9).with_momentum(0.0).with_epsilon(1e-8).init(),
        ];
        for (kind, mut theirs) in [OptimizerKind::Adam, OptimizerKind::RmsProp].into_iter().zip(burns) {
            let mut ours = HeadOptimizer::new(kind);
            let (mut one, mut other) = (head(&device), head(&device));
            for _ in 0..4 {
                let flow = gradients(&one, &device);
                one = ours.step(0.01, one, flow);
                let flow = gradients(&other, &device);
                other = theirs.step(0.01, other, flow);
            }
            let (one, other) = (numbers(&one).concat(), numbers(&other).concat());
            assert!(one.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-6), "{kind:?}: {one:?}, not {other:?}");
        }
    }

    /// The first name of what either remembers.
    const FIRST: [&str; 2] = ["head.0.means", "head.0.squares"];

    #[test]
    fn what_is_remembered_and_put_back_steps_on_to_the_same_bits() {
        let device = Device::flex().autodiff();
        for kind in [OptimizerKind::Adam, OptimizerKind::RmsProp] {
            let mut optimizer = HeadOptimizer::new(kind);
            let mut trained = head(&device);
            for _ in 0..3 {
                let flow = gradients(&trained, &device);
                trained = optimizer.step(0.01, trained, flow);
            }
            let memory = block_on(read_all(optimizer.memory())).unwrap();
            assert_eq!(memory.len(), 4 * optimizer.remembered().len());
            let named = optimizer.named("head", flat(&trained.valid()));
            assert_eq!(
                (named.len(), &*named[3].0, &*named[4].0),
                (4 + memory.len(), "head.3.values", FIRST[kind as usize])
            );
            let mut again = HeadOptimizer::new(kind);
            again.remember(memory, 3, &device);
            let resumed = replaced(head(&device), numbers(&trained), &device);
            let (flow, flows) = (gradients(&trained, &device), gradients(&resumed, &device));
            let (trained, resumed) = (optimizer.step(0.01, trained, flow), again.step(0.01, resumed, flows));
            assert_eq!(numbers(&resumed), numbers(&trained), "{kind:?}");
        }
    }
}
