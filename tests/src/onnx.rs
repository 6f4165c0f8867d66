//! VGG16's base as an ONNX file, for runtimes that read one: as much of the format (protocol buffers' wire format, and
//! the messages of onnx.proto, IR version 8 with operator set 13) as this one network needs.

use headstart_weights::{
    BaseWeights, ConvWeights,
    vgg16::{CONVS, FEATURES},
};

/// Field numbers of onnx.proto, under the message that has them.
mod field {
    pub(super) const MODEL_IR_VERSION: u64 = 1;
    pub(super) const MODEL_PRODUCER: u64 = 2;
    pub(super) const MODEL_GRAPH: u64 = 7;
    pub(super) const MODEL_OPERATORS: u64 = 8;
    pub(super) const OPERATORS_VERSION: u64 = 2;
    pub(super) const GRAPH_NODE: u64 = 1;
    pub(super) const GRAPH_NAME: u64 = 2;
    pub(super) const GRAPH_TENSOR: u64 = 5;
    pub(super) const GRAPH_INPUT: u64 = 11;
    pub(super) const GRAPH_OUTPUT: u64 = 12;
    pub(super) const NODE_INPUT: u64 = 1;
    pub(super) const NODE_OUTPUT: u64 = 2;
    pub(super) const NODE_NAME: u64 = 3;
    pub(super) const NODE_OPERATOR: u64 = 4;
    pub(super) const NODE_ATTRIBUTE: u64 = 5;
    pub(super) const ATTRIBUTE_NAME: u64 = 1;
    pub(super) const ATTRIBUTE_INTEGERS: u64 = 8;
    pub(super) const ATTRIBUTE_TYPE: u64 = 20;
    pub(super) const TENSOR_DIMENSION: u64 = 1;
    pub(super) const TENSOR_TYPE: u64 = 2;
    pub(super) const TENSOR_NAME: u64 = 8;
    pub(super) const TENSOR_BYTES: u64 = 9;
    pub(super) const VALUE_NAME: u64 = 1;
    pub(super) const VALUE_TYPE: u64 = 2;
    pub(super) const TYPE_TENSOR: u64 = 1;
    pub(super) const TENSOR_TYPE_ELEMENT: u64 = 1;
    pub(super) const TENSOR_TYPE_SHAPE: u64 = 2;
    pub(super) const SHAPE_DIMENSION: u64 = 1;
    pub(super) const DIMENSION_VALUE: u64 = 1;
    pub(super) const DIMENSION_NAME: u64 = 2;
}

/// `TensorProto.DataType.FLOAT`.
const FLOAT: u64 = 1;
/// `AttributeProto.AttributeType.INTS`.
const INTEGERS: u64 = 7;

/// The name of the input, `[1, 3, side, side]`; `side` is free.
const INPUT: &str = "photo";
/// The name of the output, `[1, 512]`: the last pool averaged over positions.
const OUTPUT: &str = "features";

/// The base with these weights: 13 × (Conv, Relu), 5 × MaxPool, GlobalAveragePool, Flatten.
#[must_use]
pub fn onnx(base: &BaseWeights) -> Vec<u8> {
    let mut graph = Message::default();
    let mut last = INPUT.to_owned();
    for (shape, conv) in CONVS.iter().zip(&base.convs) {
        let (name, weight, bias) = (shape.stage, format!("{}.weight", shape.stage), format!("{}.bias", shape.stage));
        let sums = format!("{name}.sums");
        let square = [("kernel_shape", &[3, 3][..]), ("pads", &[1, 1, 1, 1])];
        graph.message(field::GRAPH_NODE, &node("Conv", &[&last, &weight, &bias], &sums, &square));
        graph.message(field::GRAPH_NODE, &node("Relu", &[&sums], name, &[]));
        add_weights(&mut graph, conv, &weight, &bias);
        name.clone_into(&mut last);
        if let Some(pool) = shape.pool {
            let halves = [("kernel_shape", &[2, 2][..]), ("strides", &[2, 2])];
            graph.message(field::GRAPH_NODE, &node("MaxPool", &[&last], pool, &halves));
            pool.clone_into(&mut last);
        }
    }
    graph.message(field::GRAPH_NODE, &node("GlobalAveragePool", &[&last], "mean", &[]));
    graph.message(field::GRAPH_NODE, &node("Flatten", &["mean"], OUTPUT, &[]));
    graph.text(field::GRAPH_NAME, "vgg16");
    let side = Side::Free("side");
    graph.message(field::GRAPH_INPUT, &value(INPUT, &[Side::Fixed(1), Side::Fixed(3), side, side]));
    graph.message(field::GRAPH_OUTPUT, &value(OUTPUT, &[Side::Fixed(1), Side::Fixed(FEATURES)]));

    let mut operators = Message::default();
    operators.number(field::OPERATORS_VERSION, 13);
    let mut model = Message::default();
    model.number(field::MODEL_IR_VERSION, 8);
    model.text(field::MODEL_PRODUCER, "headstart");
    model.message(field::MODEL_GRAPH, &graph);
    model.message(field::MODEL_OPERATORS, &operators);
    model.0
}

fn add_weights(graph: &mut Message, conv: &ConvWeights, weight: &str, bias: &str) {
    let shape = [conv.out_channels, conv.in_channels, 3, 3];
    graph.message(field::GRAPH_TENSOR, &tensor(weight, &shape, &conv.weight.floats()));
    graph.message(field::GRAPH_TENSOR, &tensor(bias, &shape[..1], &conv.bias));
}

/// A `NodeProto` with lists of integers as attributes.
fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[(&str, &[u64])]) -> Message {
    let mut node = Message::default();
    inputs.iter().for_each(|input| node.text(field::NODE_INPUT, input));
    node.text(field::NODE_OUTPUT, output);
    node.text(field::NODE_NAME, output);
    node.text(field::NODE_OPERATOR, operator);
    for (name, values) in attributes {
        let mut attribute = Message::default();
        attribute.text(field::ATTRIBUTE_NAME, name);
        values.iter().for_each(|value| attribute.number(field::ATTRIBUTE_INTEGERS, *value));
        attribute.number(field::ATTRIBUTE_TYPE, INTEGERS);
        node.message(field::NODE_ATTRIBUTE, &attribute);
    }
    node
}

/// A `TensorProto` of floats.
fn tensor(name: &str, shape: &[usize], values: &[f32]) -> Message {
    let mut tensor = Message::default();
    shape.iter().for_each(|side| tensor.number(field::TENSOR_DIMENSION, *side as u64));
    tensor.number(field::TENSOR_TYPE, FLOAT);
    tensor.text(field::TENSOR_NAME, name);
    tensor.bytes(field::TENSOR_BYTES, &values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>());
    tensor
}

/// A side of a tensor.
#[derive(Clone, Copy)]
enum Side {
    Fixed(usize),
    /// The same for all sides of that name.
    Free(&'static str),
}

/// A `ValueInfoProto`: an input's or output's name and shape.
fn value(name: &str, sides: &[Side]) -> Message {
    let mut shape = Message::default();
    for side in sides {
        let mut dimension = Message::default();
        match side {
            Side::Fixed(side) => dimension.number(field::DIMENSION_VALUE, *side as u64),
            Side::Free(name) => dimension.text(field::DIMENSION_NAME, name),
        }
        shape.message(field::SHAPE_DIMENSION, &dimension);
    }
    let mut tensor = Message::default();
    tensor.number(field::TENSOR_TYPE_ELEMENT, FLOAT);
    tensor.message(field::TENSOR_TYPE_SHAPE, &shape);
    let mut kind = Message::default();
    kind.message(field::TYPE_TENSOR, &tensor);
    let mut value = Message::default();
    value.text(field::VALUE_NAME, name);
    value.message(field::VALUE_TYPE, &kind);
    value
}

/// A protocol buffer that is being written: a field is its number and wire type, then its value.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    /// Seven bits a byte, the lowest first; the eighth bit says that more follow.
    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// A number, wire type 0.
    fn number(&mut self, field: u64, value: u64) {
        self.varint(field << 3);
        self.varint(value);
    }

    /// Bytes after their count, wire type 2.
    fn bytes(&mut self, field: u64, value: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
    }

    fn text(&mut self, field: u64, value: &str) {
        self.bytes(field, value.as_bytes());
    }

    fn message(&mut self, field: u64, value: &Self) {
        self.bytes(field, &value.0);
    }
}

#[cfg(test)]
mod tests {
    use headstart_weights::StoredTensor;

    use super::*;

    enum Found<'a> {
        Number(u64),
        Bytes(&'a [u8]),
    }

    fn varint(bytes: &mut &[u8]) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = bytes[0];
            *bytes = &bytes[1..];
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return value;
            }
        }
    }

    /// The fields of a message in their order.
    fn fields(mut bytes: &[u8]) -> Vec<(u64, Found<'_>)> {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let key = varint(&mut bytes);
            let found = match key & 7 {
                0 => Found::Number(varint(&mut bytes)),
                2 => {
                    let length = varint(&mut bytes) as usize;
                    let (value, rest) = bytes.split_at(length);
                    bytes = rest;
                    Found::Bytes(value)
                }
                other => panic!("wire type {other}"),
            };
            fields.push((key >> 3, found));
        }
        fields
    }

    fn all<'a>(message: &'a [u8], field: u64) -> Vec<&'a [u8]> {
        let bytes = |(number, found): (u64, Found<'a>)| match found {
            Found::Bytes(bytes) if number == field => Some(bytes),
            _ => None,
        };
        fields(message).into_iter().filter_map(bytes).collect()
    }

    fn text(message: &[u8], field: u64) -> String {
        String::from_utf8(all(message, field)[0].to_vec()).unwrap()
    }

    fn numbers(message: &[u8], field: u64) -> Vec<u64> {
        let number = |(number, found)| match found {
            Found::Number(value) if number == field => Some(value),
            _ => None,
        };
        fields(message).into_iter().filter_map(number).collect()
    }

    #[test]
    fn what_is_written_is_the_network_again() {
        let conv = |index: usize| {
            let shape = &CONVS[index];
            ConvWeights {
                name: shape.name.to_owned(),
                out_channels: shape.out_channels,
                in_channels: shape.in_channels,
                weight: StoredTensor::Floats(vec![index as f32; shape.weight_count()]),
                bias: vec![-(index as f32); shape.out_channels],
            }
        };
        let file = onnx(&BaseWeights { convs: (0..13).map(conv).collect() });
        assert_eq!(numbers(&file, field::MODEL_IR_VERSION), [8]);
        let operators = all(&file, field::MODEL_OPERATORS)[0];
        assert_eq!(numbers(operators, field::OPERATORS_VERSION), [13]);
        let graph = all(&file, field::MODEL_GRAPH)[0];

        // Each node takes what the one before it gives.
        let nodes = all(graph, field::GRAPH_NODE);
        let operators: Vec<_> = nodes.iter().map(|node| text(node, field::NODE_OPERATOR)).collect();
        let count = |name: &str| operators.iter().filter(|operator| *operator == name).count();
        assert_eq!((count("Conv"), count("Relu"), count("MaxPool")), (13, 13, 5));
        assert_eq!(operators[31..], ["GlobalAveragePool", "Flatten"]);
        let mut last = text(all(graph, field::GRAPH_INPUT)[0], field::VALUE_NAME);
        for node in &nodes {
            assert_eq!(text(node, field::NODE_INPUT), last);
            last = text(node, field::NODE_OUTPUT);
        }
        assert_eq!(last, text(all(graph, field::GRAPH_OUTPUT)[0], field::VALUE_NAME));
        let attributes: Vec<_> = all(nodes[0], field::NODE_ATTRIBUTE)
            .iter()
            .map(|each| (text(each, field::ATTRIBUTE_NAME), numbers(each, field::ATTRIBUTE_INTEGERS)))
            .collect();
        assert_eq!(attributes, [("kernel_shape".to_owned(), vec![3, 3]), ("pads".to_owned(), vec![1, 1, 1, 1])]);

        let tensors = all(graph, field::GRAPH_TENSOR);
        assert_eq!(tensors.len(), 26);
        for (index, shape) in CONVS.iter().enumerate() {
            let (weight, bias) = (tensors[2 * index], tensors[2 * index + 1]);
            let names = [weight, bias].map(|tensor| text(tensor, field::TENSOR_NAME));
            assert_eq!(names, ["weight", "bias"].map(|part| format!("{}.{part}", shape.stage)));
            assert_eq!(numbers(weight, field::TENSOR_DIMENSION), shape.weight_shape().map(|side| side as u64));
            assert_eq!(all(weight, field::TENSOR_BYTES)[0], (index as f32).to_le_bytes().repeat(shape.weight_count()));
            assert_eq!(all(bias, field::TENSOR_BYTES)[0], (-(index as f32)).to_le_bytes().repeat(shape.out_channels));
        }
    }
}
