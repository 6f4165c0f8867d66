//! One photo's pass through the base, shared between workers that have nothing in common but the base's weights: each computes
//! its part of a layer, and sends the others what they need of it for the next one. How that travels is the caller's.

mod part;
mod plan;

use std::rc::Rc;

use burn::backend::DispatchDevice;
use burn::tensor::{Tensor, TensorData};
use headstart_weights::vgg16::CONVS;

use self::part::{Block, Part};
pub use self::plan::Plan;
use crate::conv3x3::max_pool2x2;
use crate::{NnError, PhotoPass, Vgg16};

/// What one worker sends another one after a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Who is to have it.
    pub to: usize,
    /// The numbers, in the order that the plan says.
    pub values: Vec<f32>,
}

/// One worker's part of a photo's pass. [`Self::step`] computes a layer and says what is to be sent; [`Self::take`] is given what
/// comes, until nothing is [awaited](Self::awaited) and the next step can follow.
#[derive(Debug)]
pub struct SplitPass<'a> {
    base: &'a Vgg16,
    plan: Rc<Plan>,
    worker: usize,
    photo: Tensor<4>,
    /// Layers that are behind it.
    layers: usize,
    /// What comes together here for the next step.
    gathered: Block,
    /// Whether that is all that the last layer's convolution gives, and not the next one's input.
    is_stage: bool,
    /// Whose pieces of it are still to come.
    awaited: Vec<usize>,
    /// At the main worker: pool3, and the stages that describe, `[1, c, side, side]` each.
    collected: Vec<Tensor<4>>,
}

impl<'a> SplitPass<'a> {
    /// The part of `worker` in the pass of `photo`, `[3, size, size]` as `vision::normalise` gives it.
    ///
    /// # Errors
    /// [`NnError::Parts`] for a worker or a photo that the plan is not for, and a base that is not on the CPU.
    pub fn new(base: &'a Vgg16, plan: Rc<Plan>, worker: usize, photo: Vec<f32>) -> Result<Self, NnError> {
        let size = plan.size();
        if worker >= plan.workers() || photo.len() != 3 * size * size {
            return Err(NnError::Parts(format!("worker {worker}, {} numbers", photo.len())));
        }
        if !matches!(base.device().as_dispatch(), DispatchDevice::Flex(_)) {
            return Err(NnError::Parts("the base is not on the CPU".to_owned()));
        }
        let rows = plan.needs(0, worker);
        let plane = size * size;
        let places = rows.rows.start * size..rows.rows.end * size;
        let values: Vec<f32> = places.flat_map(|at| [photo[at], photo[plane + at], photo[2 * plane + at]]).collect();
        let mut gathered = input(&plan, 0, worker);
        gathered.put(&rows.within_borders(), &values);
        let photo = base.photos(photo, size);
        let collected = Vec::new();
        Ok(Self { base, plan, worker, photo, layers: 0, gathered, is_stage: false, awaited: Vec::new(), collected })
    }

    /// The layers that are behind it.
    #[must_use]
    pub fn layers(&self) -> usize {
        self.layers
    }

    /// The workers whose pieces of the last layer are still to come.
    #[must_use]
    pub fn awaited(&self) -> &[usize] {
        &self.awaited
    }

    /// Whether this worker is done: all layers are behind it, and nothing is to come.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.layers == CONVS.len() && self.awaited.is_empty()
    }

    /// Computes this worker's share of the next layer.
    ///
    /// # Errors
    /// [`NnError::Parts`] where pieces are still to come, or there is no layer left.
    pub fn step(&mut self) -> Result<Vec<Piece>, NnError> {
        if !self.awaited.is_empty() || self.layers == CONVS.len() {
            return Err(NnError::Parts(format!("no step after layer {}", self.layers)));
        }
        let (layer, plan) = (self.layers, self.plan.clone());
        let (stage, has) = self.computed(layer)?;
        self.layers += 1;
        let source = |to| if plan.is_collected(layer, to) { stage.as_ref() } else { Some(&has) };
        let others = (0..plan.workers()).filter_map(|to| Some((to, plan.piece(layer, self.worker, to)?, source(to)?)));
        let pieces = others.map(|(to, part, from)| Piece { to, values: from.cut(&part) }).collect();
        self.gather(layer, source(self.worker));
        self.complete()?;
        Ok(pieces)
    }

    /// Takes in what `from` sent after the last layer.
    ///
    /// # Errors
    /// [`NnError::Parts`] for what is not awaited, or not of the length that the plan says.
    pub fn take(&mut self, from: usize, values: &[f32]) -> Result<(), NnError> {
        let place = self.awaited.iter().position(|awaited| *awaited == from);
        let part = self.layers.checked_sub(1).and_then(|layer| self.plan.piece(layer, from, self.worker));
        match (place, part) {
            (Some(place), Some(part)) if part.count(self.gathered.width) == values.len() => {
                self.awaited.swap_remove(place);
                self.put(&part, values);
                self.complete()
            }
            _ => Err(NnError::Parts(format!("{} numbers of worker {from} after layer {}", values.len(), self.layers))),
        }
    }

    /// The main worker's pass at its end, for one head after the other.
    ///
    /// # Errors
    /// [`NnError::Parts`] where it is not over, or not the main worker's.
    pub fn finish(self) -> Result<PhotoPass<'a>, NnError> {
        let is_over = self.is_over();
        match <[Tensor<4>; 3]>::try_from(self.collected) {
            Ok([pool3, conv4_3, conv5_3]) if is_over => {
                Ok(PhotoPass::at_its_end(self.base, self.photo, pool3, [conv4_3, conv5_3]))
            }
            _ => Err(NnError::Parts("a pass that is not over".to_owned())),
        }
    }

    /// This worker's share of a layer: before the pool, where that is needed, and behind it.
    fn computed(&mut self, layer: usize) -> Result<(Option<Block>, Block), NnError> {
        let (width, has_pool) = (self.plan.side(layer), CONVS[layer].pool.is_some());
        let share = self.plan.share(layer, self.worker).clone();
        let has = self.plan.has(layer, self.worker);
        let has_width = if has_pool { width / 2 } else { width };
        let Block { part, values, .. } = std::mem::replace(&mut self.gathered, Block::nothing());
        if share.is_empty() {
            return Ok((Some(Block::zeros(share, width)), Block::zeros(has, has_width)));
        }
        let rows = self.tensor(Block { part, width, values });
        let output = self.base.convolution(layer).part(rows, share.channels.clone());
        if !has_pool {
            return Ok((None, Block { part: has, width, values: values_of(output)? }));
        }
        let pooled = values_of(max_pool2x2(output.clone()))?;
        let is_wanted = self.plan.is_collected(layer, 0);
        let stage = if is_wanted { Some(Block { part: share, width, values: values_of(output)? }) } else { None };
        Ok((stage, Block { part: has, width: has_width, values: pooled }))
    }

    /// Begins to gather what the step after `layer` needs with what is here already.
    fn gather(&mut self, layer: usize, own: Option<&Block>) {
        self.is_stage = self.plan.is_collected(layer, self.worker);
        self.gathered = if self.is_stage {
            let side = self.plan.side(layer);
            Block::zeros(Part { rows: 0..side, channels: 0..CONVS[layer].out_channels }, side)
        } else {
            input(&self.plan, self.layers, self.worker)
        };
        if let Some(own) = own {
            let needs = if self.is_stage { own.part.clone() } else { self.plan.needs(self.layers, self.worker) };
            let part = own.part.intersection(&needs);
            if !part.is_empty() {
                self.put(&part, &own.cut(&part));
            }
        }
        let sends = |from: &usize| self.plan.piece(layer, *from, self.worker).is_some();
        self.awaited = (0..self.plan.workers()).filter(sends).collect();
    }

    fn put(&mut self, part: &Part, values: &[f32]) {
        let place = if self.is_stage { part.clone() } else { part.within_borders() };
        self.gathered.put(&place, values);
    }

    /// Once all pieces are here: what the next step begins with, and what the main worker keeps.
    fn complete(&mut self) -> Result<(), NnError> {
        if !self.awaited.is_empty() {
            return Ok(());
        }
        let needs = self.plan.needs(self.layers, self.worker);
        if self.plan.is_resumed(self.layers, self.worker) {
            let values = self.gathered.cut(&needs.within_borders());
            self.collected.push(self.tensor(Block { part: needs, width: self.gathered.width, values }));
        } else if std::mem::take(&mut self.is_stage) {
            let next = input(&self.plan, self.layers, self.worker);
            let Block { part, width, values } = std::mem::replace(&mut self.gathered, next);
            let pooled_part = part.clone().pooled();
            let stage = self.tensor(Block { part, width, values });
            if !needs.is_empty() {
                let pooled =
                    Block { part: pooled_part, width: width / 2, values: values_of(max_pool2x2(stage.clone()))? };
                self.gathered.put(&needs.within_borders(), &pooled.cut(&needs));
            }
            self.collected.push(stage);
        }
        Ok(())
    }

    /// A block as `[1, c, rows, width]`, which lies channels last in memory.
    fn tensor(&self, Block { part, width, values }: Block) -> Tensor<4> {
        let data = TensorData::new(values, [1, part.rows.len(), width, part.channels.len()]);
        Tensor::<4>::from_data(data, self.base.device()).permute([0, 3, 1, 2])
    }
}

/// Room for a layer's input at `worker`: its rows with one above and one below, which are zeros beyond the photo; nothing
/// beyond the last layer.
fn input(plan: &Plan, layer: usize, worker: usize) -> Block {
    let Some(shape) = CONVS.get(layer) else { return Block::nothing() };
    if plan.needs(layer, worker).is_empty() {
        return Block::nothing();
    }
    let rows = &plan.share(layer, worker).rows;
    Block::zeros(Part { rows: rows.start..rows.end + 2, channels: 0..shape.in_channels }, plan.side(layer))
}

/// A CPU tensor's values, channels last.
fn values_of(tensor: Tensor<4>) -> Result<Vec<f32>, NnError> {
    let data = tensor.permute([0, 2, 3, 1]).into_data();
    data.try_into_vec().map_err(|error| NnError::Readback(error.to_string()))
}

#[cfg(test)]
mod tests;
