//! The 2×2 maximum pool through which gradients flow, on burn's CPU backend.
//!
//! burn's own is for any window and keeps an index of 64 bits for every maximum. This one leaves tensors channels last in memory,
//! as the convolutions before and after it do.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::cpu;

/// Maximum of each 2×2, stride 2, odd last rows and columns left out. For tensors of the CPU backend with autodiff.
///
/// # Shapes
/// `[n, c, h, w]` to `[n, c, h / 2, w / 2]`.
pub(crate) fn max_pool2x2(input: Tensor<4>) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as TrainablePool>::max_pool(input.into_dispatch()))
}

#[backend_extension(Flex, Autodiff)]
trait TrainablePool: Backend {
    fn max_pool(input: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// The pool's gradient: where `input` is the first maximum of its 2×2, that one's `gradient`; elsewhere zero.
trait PoolGradient: TrainablePool {
    fn max_pool_gradient(input: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl TrainablePool for Flex {
    fn max_pool(input: FloatTensor<Self>) -> FloatTensor<Self> {
        cpu::max_pool2x2(&input)
    }
}

impl PoolGradient for Flex {
    fn max_pool_gradient(input: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        cpu::max_pool2x2_gradient(&input, &gradient)
    }
}

impl<B: PoolGradient, C: CheckpointStrategy> TrainablePool for Autodiff<B, C> {
    fn max_pool(input: FloatTensor<Self>) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct MaxPool;

        impl<B: PoolGradient> Backward<B, 1> for MaxPool {
            /// Of the input.
            type State = NodeId;

            fn backward(self, ops: Ops<NodeId, 1>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
                let gradient = gradients.consume::<B>(&ops.node);
                let input = checkpointer.retrieve_node_output::<FloatTensor<B>>(ops.state);
                if let [Some(node)] = ops.parents {
                    gradients.register::<B>(node.id, B::max_pool_gradient(input, gradient));
                }
            }
        }

        match MaxPool.prepare::<C>([input.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut preparation) => {
                let state = preparation.checkpoint(&input);
                preparation.finish(state, B::max_pool(input.into_primitive()))
            }
            OpsKind::UnTracked(preparation) => preparation.finish(B::max_pool(input.into_primitive())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::module::max_pool2d;
    use burn::tensor::ops::MaxPoolOptions;
    use burn::tensor::{Device, TensorData};
    use futures::executor::block_on;
    use proptest::prelude::*;

    fn input(shape: [usize; 4]) -> Tensor<4> {
        let level = |at: usize| (at as u32).wrapping_mul(2_654_435_761) >> 16;
        let values: Vec<f32> = (0..shape.iter().product()).map(|at| level(at) as f32 - 3e4).collect();
        Tensor::from_data(TensorData::new(values, shape), &Device::flex().autodiff()).require_grad()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn pools_and_gradients_are_those_of_burn(
            n in 1usize..4, c in 1usize..20, h in 2usize..9, w in 2usize..9,
        ) {
            let run = |pool: &dyn Fn(Tensor<4>) -> Tensor<4>| {
                let input = input([n, c, h, w]);
                let pooled = pool(input.clone());
                // Each output counts differently, and the result does not hang on the order of a sum.
                let counts = (0..pooled.shape().num_elements()).map(|at| at as f32 + 1.0).collect::<Vec<_>>();
                let counts = Tensor::from_data(TensorData::new(counts, pooled.shape()), &Device::flex().autodiff());
                let gradients = (pooled.clone() * counts).sum().backward();
                let gradient = input.grad(&gradients).unwrap();
                (block_on(crate::read(pooled.inner())).unwrap(), block_on(crate::read(gradient)).unwrap())
            };
            let burns = |input| max_pool2d(input, MaxPoolOptions::new([2, 2]).with_stride([2, 2]));
            prop_assert_eq!(run(&max_pool2x2), run(&burns));
        }
    }

    #[test]
    fn of_equal_maxima_the_first_has_the_gradient() {
        // So many channels that some go side by side and some alone.
        let input = Tensor::<4>::from_data([[[[1.0f32, 1.0, 0.0], [1.0, 0.5, 9.0]]; 9]], &Device::flex().autodiff());
        let input = input.require_grad();
        let gradients = max_pool2x2(input.clone()).sum().backward();
        let gradient = block_on(crate::read(input.grad(&gradients).unwrap())).unwrap();
        assert_eq!(gradient, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0].repeat(9));
    }
}
