//! A module's parameters as plain numbers, and back.

use std::vec::IntoIter;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData, Transaction};
use headstart_nn::NnError;

use crate::TrainError;

/// Each parameter of `module`, `[n]`, in the order in which a module is visited. The module is one without autodiff.
pub(crate) fn flat<M: Module>(module: &M) -> Vec<Tensor<1>> {
    struct Flat(Vec<Tensor<1>>);

    impl ModuleVisitor for Flat {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.push(param.val().reshape([-1]));
        }
    }

    let mut flat = Flat(Vec::new());
    module.visit(&mut flat);
    flat.0
}

/// `module` with `values`, one a parameter of just as many numbers, in the order of [`flat`], to be trained on `device`.
pub(crate) fn replaced<M: Module>(module: M, values: Vec<Vec<f32>>, device: &Device) -> M {
    struct Replaced<'a>(IntoIter<Vec<f32>>, &'a Device);

    impl ModuleMapper for Replaced<'_> {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let (id, tensor, mapper) = param.consume();
            let tensor = match self.0.next() {
                Some(values) => Tensor::from_data(TensorData::new(values, tensor.dims()), self.1).require_grad(),
                None => tensor,
            };
            Param::from_mapped_value(id, tensor, mapper)
        }
    }

    module.map(&mut Replaced(values.into_iter(), device))
}

/// The numbers of `tensors`, which come from their device all at once: each way there and back takes its time on a GPU.
///
/// # Errors
/// [`TrainError::Model`] where the device gives nothing back.
pub(crate) async fn read_all(tensors: Vec<Tensor<1>>) -> Result<Vec<Vec<f32>>, TrainError> {
    if tensors.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = tensors.into_iter().fold(Transaction::default(), Transaction::register);
    let found = wanted.execute_async().await.map_err(unreadable)?;
    found.into_iter().map(|data| data.try_into_vec::<f32>().map_err(unreadable)).collect()
}

/// What a device gives back cannot be read.
#[expect(clippy::needless_pass_by_value, reason = "handed to map_err")]
pub(crate) fn unreadable(error: impl ToString) -> TrainError {
    NnError::Readback(error.to_string()).into()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;
    use futures::executor::block_on;
    use headstart_nn::HeadStack;
    use headstart_weights::head::HeadArchitecture;

    use super::*;
    use crate::initial;

    #[test]
    fn a_module_with_its_own_numbers_put_back_is_the_same() {
        let device = Device::flex().autodiff();
        let architecture = HeadArchitecture::Mlp { hidden: vec![5], dropout: 0.0 };
        let stack =
            |seed| HeadStack::new(&initial::layers(&architecture, 4, 3, seed), &architecture, 2, &device).unwrap();
        let values = block_on(read_all(flat(&stack(1).valid()))).unwrap();
        assert_eq!(values.iter().map(Vec::len).collect::<Vec<_>>(), [40, 10, 30, 6]);
        let put_back = replaced(stack(2), values.clone(), &device);
        assert_eq!(block_on(read_all(flat(&put_back.valid()))).unwrap(), values);
        // Gradients flow again.
        let photos = Tensor::<2>::random([6, 4], Distribution::Default, &device);
        let mut gradients = put_back.forward(photos).sum().backward();
        let flows = burn::optim::GradientsParams::from_module(&mut gradients, &put_back);
        assert_eq!(flows.len(), 4);
    }
}
