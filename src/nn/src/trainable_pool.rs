//! The 2×2 maximum pool through which gradients flow, on burn's CPU backend.
//!
//! burn's own is for any window and keeps an index of 64 bits for every maximum: it was measured to take 15 % of a step of
//! the scratch CNN's training, this one takes 7 %.

use std::num::NonZero;
use std::thread;

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::{DType, Shape, Tensor};
use burn_flex::{FlexTensor, Layout};

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
        let input = input.to_contiguous();
        let [n, c, h, w] = input.layout().shape().dims();
        let mut output = vec![0.0; n * c * (h / 2) * (w / 2)];
        let inputs = values(&input);
        each_plane(&mut output, (h / 2) * (w / 2), |plane, output| {
            let rows = inputs[plane * h * w..][..h * w].chunks_exact(2 * w);
            for (rows, output) in rows.zip(output.chunks_exact_mut(w / 2)) {
                squares(rows, w).zip(output).for_each(|(square, output)| *output = maximum(square));
            }
        });
        tensor(output, [n, c, h / 2, w / 2])
    }
}

impl PoolGradient for Flex {
    fn max_pool_gradient(input: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let (input, gradient) = (input.to_contiguous(), gradient.to_contiguous());
        let [n, c, h, w] = input.layout().shape().dims();
        let mut output = vec![0.0; n * c * h * w];
        let (inputs, gradients) = (values(&input), values(&gradient));
        let pooled = (h / 2) * (w / 2);
        each_plane(&mut output, h * w, |plane, output| {
            let rows = inputs[plane * h * w..][..h * w].chunks_exact(2 * w).zip(output.chunks_exact_mut(2 * w));
            let gradients = gradients[plane * pooled..][..pooled].chunks_exact(w / 2);
            for ((rows, output), gradients) in rows.zip(gradients) {
                let (above, below) = output.split_at_mut(w);
                let output = above.as_chunks_mut::<2>().0.iter_mut().zip(below.as_chunks_mut::<2>().0);
                for ((square, (above, below)), &gradient) in squares(rows, w).zip(output).zip(gradients) {
                    let maximum = maximum(square);
                    let [a, b, c, d] = square.map(|value| value == maximum);
                    let share = |its: bool| if its { gradient } else { 0.0 };
                    *above = [share(a), share(b && !a)];
                    *below = [share(c && !a && !b), share(d && !a && !b && !c)];
                }
            }
        });
        tensor(output, [n, c, h, w])
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

/// The 2×2 squares of two rows of `w`: above left, above right, below left, below right.
fn squares(rows: &[f32], w: usize) -> impl Iterator<Item = [f32; 4]> {
    let (above, below) = rows.split_at(w);
    let pairs = above.as_chunks::<2>().0.iter().zip(below.as_chunks::<2>().0);
    pairs.map(|([a, b], [c, d])| [*a, *b, *c, *d])
}

/// Comparisons instead of `f32::max` let what is no number through where all four are none.
fn maximum([a, b, c, d]: [f32; 4]) -> f32 {
    let larger = |a: f32, b: f32| if a >= b { a } else { b };
    larger(larger(a, b), larger(c, d))
}

/// Does `work` for each plane of `len` numbers of `output`, given its index: on all cores.
fn each_plane(output: &mut [f32], len: usize, work: impl Fn(usize, &mut [f32]) + Sync) {
    if len == 0 {
        return;
    }
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = (output.len() / len).div_ceil(threads).max(1);
    let work = |(part, planes): (usize, &mut [f32])| {
        planes.chunks_exact_mut(len).enumerate().for_each(|(plane, output)| work(part * share + plane, output));
    };
    let parts = output.chunks_mut(share * len).enumerate();
    if threads == 1 {
        return parts.for_each(work);
    }
    thread::scope(|scope| {
        for part in parts {
            let work = &work;
            scope.spawn(move || work(part));
        }
    });
}

/// The numbers of a contiguous tensor.
fn values(tensor: &FlexTensor) -> &[f32] {
    let all: &[f32] = tensor.storage();
    tensor.layout().contiguous_offsets().map_or(all, |(start, end)| &all[start..end])
}

fn tensor(values: Vec<f32>, shape: [usize; 4]) -> FlexTensor {
    FlexTensor::new(burn::tensor::Bytes::from_elems(values), Layout::contiguous(Shape::new(shape)), DType::F32)
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
            n in 1usize..4, c in 1usize..5, h in 2usize..9, w in 2usize..9,
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
        let input = Tensor::<4>::from_data([[[[1.0f32, 1.0, 0.0], [1.0, 0.5, 9.0]]]], &Device::flex().autodiff());
        let input = input.require_grad();
        let gradients = max_pool2x2(input.clone()).sum().backward();
        let gradient = block_on(crate::read(input.grad(&gradients).unwrap())).unwrap();
        assert_eq!(gradient, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
