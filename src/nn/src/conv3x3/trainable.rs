//! The convolution that is trained: through it gradients flow to its input, its filters and its bias.
//!
//! On the CPU they go through Winograd's points as the convolution itself does; on the GPU burn's own is used.

#[cfg(feature = "cpu")]
use burn::backend::autodiff::{
    NodeId,
    checkpoint::base::Checkpointer,
    checkpoint::strategy::CheckpointStrategy,
    grads::Gradients as AllGradients,
    ops::{Backward, Ops, OpsKind},
};
#[cfg(feature = "cpu")]
use burn::backend::{Autodiff, Backend, Dispatch, DispatchDevice, Flex, backend_extension, tensor::FloatTensor};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;

#[cfg(feature = "cpu")]
use super::cpu;

/// `relu(conv3x3(input, weight) + bias)` with `padding` zeros around each photo, 0 or 1, on a device with autodiff.
///
/// # Shapes
/// `[n, c, h, w]`, `[k, c, 3, 3]` and `[k]` to `[n, k, h', w']`, where `h'` is `h` with padding and `h - 2` without.
pub(crate) fn conv3x3_relu(input: Tensor<4>, weight: Tensor<4>, bias: Tensor<1>, padding: usize) -> Tensor<4> {
    #[cfg(feature = "cpu")]
    if is_cpu(&input) {
        let [input, weight, bias] = [input.into_dispatch(), weight.into_dispatch(), bias.into_dispatch()];
        return Tensor::from_dispatch(match padding {
            0 => <Dispatch as Trainable>::conv3x3_relu(input, weight, bias),
            _ => <Dispatch as Trainable>::padded_conv3x3_relu(input, weight, bias),
        });
    }
    relu(conv2d(input, weight, Some(bias), ConvOptions::new([1, 1], [padding; 2], [1, 1], 1)))
}

/// Whether a tensor with autodiff is the CPU backend's.
#[cfg(feature = "cpu")]
pub(crate) fn is_cpu<const D: usize>(tensor: &Tensor<D>) -> bool {
    matches!(tensor.device().inner().as_dispatch(), DispatchDevice::Flex(_))
}

/// The layer on burn's CPU backend, with and without autodiff.
#[cfg(feature = "cpu")]
#[backend_extension(Flex, Autodiff)]
trait Trainable: Backend {
    /// Without padding.
    fn conv3x3_relu(input: FloatTensor<Self>, weight: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self>;
    /// With a padding of one.
    fn padded_conv3x3_relu(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

/// What flows back through the layer.
#[cfg(feature = "cpu")]
trait Gradients: Backend {
    /// The layer.
    fn forward(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        padding: usize,
    ) -> FloatTensor<Self>;
    /// The gradients of input (where it is wanted), filters and bias.
    fn gradients(
        state: State<Self>,
        input: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        wants_input: bool,
    ) -> (Option<FloatTensor<Self>>, [FloatTensor<Self>; 2]);
}

/// What a step remembers for the way back.
#[cfg(feature = "cpu")]
#[derive(Debug, Clone)]
struct State<B: Backend> {
    input: NodeId,
    weight: FloatTensor<B>,
    output: FloatTensor<B>,
    padding: usize,
}

#[cfg(feature = "cpu")]
impl Trainable for Flex {
    fn conv3x3_relu(input: FloatTensor<Self>, weight: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::forward(input, weight, bias, 0)
    }

    fn padded_conv3x3_relu(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        Self::forward(input, weight, bias, 1)
    }
}

#[cfg(feature = "cpu")]
impl Gradients for Flex {
    fn forward(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        padding: usize,
    ) -> FloatTensor<Self> {
        cpu::trainable(&input, &weight, &bias, padding)
    }

    fn gradients(
        State { weight, output, padding, .. }: State<Self>,
        input: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        wants_input: bool,
    ) -> (Option<FloatTensor<Self>>, [FloatTensor<Self>; 2]) {
        let found = cpu::gradients(&input, &weight, &output, &gradient, padding, wants_input);
        (found.input, [found.weight, found.bias])
    }
}

#[cfg(feature = "cpu")]
impl<B: Gradients, C: CheckpointStrategy> Trainable for Autodiff<B, C> {
    fn conv3x3_relu(input: FloatTensor<Self>, weight: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self> {
        tracked::<B, C>(input, weight, bias, 0)
    }

    fn padded_conv3x3_relu(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        tracked::<B, C>(input, weight, bias, 1)
    }
}

/// The layer, written down for the way back.
#[cfg(feature = "cpu")]
fn tracked<B: Gradients, C: CheckpointStrategy>(
    input: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
    bias: FloatTensor<Autodiff<B, C>>,
    padding: usize,
) -> FloatTensor<Autodiff<B, C>> {
    #[derive(Debug)]
    struct Convolution;

    impl<B: Gradients> Backward<B, 3> for Convolution {
        type State = State<B>;

        fn backward(self, ops: Ops<State<B>, 3>, gradients: &mut AllGradients, checkpointer: &mut Checkpointer) {
            let gradient = gradients.consume::<B>(&ops.node);
            let input = checkpointer.retrieve_node_output::<FloatTensor<B>>(ops.state.input);
            let [of_input, of_weight, of_bias] = ops.parents;
            let (input, [weight, bias]) = B::gradients(ops.state, input, gradient, of_input.is_some());
            for (node, gradient) in [(of_input, input), (of_weight, Some(weight)), (of_bias, Some(bias))] {
                if let (Some(node), Some(gradient)) = (node, gradient) {
                    gradients.register::<B>(node.id, gradient);
                }
            }
        }
    }

    let operation = Convolution.prepare::<C>([input.node(), weight.node(), bias.node()]).compute_bound().stateful();
    match operation {
        OpsKind::Tracked(mut preparation) => {
            let node = preparation.checkpoint(&input);
            let (input, weight) = (input.into_primitive(), weight.into_primitive());
            let output = B::forward(input, weight.clone(), bias.into_primitive(), padding);
            preparation.finish(State { input: node, weight, output: output.clone(), padding }, output)
        }
        OpsKind::UnTracked(preparation) => preparation.finish(B::forward(
            input.into_primitive(),
            weight.into_primitive(),
            bias.into_primitive(),
            padding,
        )),
    }
}
