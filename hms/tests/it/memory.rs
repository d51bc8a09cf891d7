//! What decoding costs in memory, by the allocator: a small constant times the bytes of the message, whatever it claims,
//! and never a refusal of what says something. Over every container that the arguments of any method hold.

use allocation_counter::measure;
use hms::{
    DecodeError, DecodeErrorKind, Limits, Progress, Protocol, Scanner, WireType, Writer,
    protocol::{BinaryWriter, CompactWriter},
};
use std::collections::HashSet;

use crate::{
    descriptors::{DESCRIPTORS, Descriptor, Shape, descriptor},
    random::wire,
};

/// The bytes of a hostile message.
const MESSAGE_BYTES: usize = 1 << 20;
/// What a message may cost, bytes for each of its own.
const FACTOR_MAX: usize = 16;
/// The elements of an honest message: what they are decoded to is far above what any message may cost.
const HONEST_ELEMENTS: usize = 2_000;
/// Structs inside structs inside an honest element.
const HONEST_DEPTH_MAX: u32 = 4;

/// One step on the way from the arguments to a container.
#[derive(Clone, Copy)]
enum Step {
    Field(i16),
    /// Into the one element of a list or set, or the one value of a map.
    Element,
    /// Into the one key of a map.
    Key,
}

/// A list, set or map of a method's arguments.
struct Container {
    arguments: &'static Descriptor,
    path: Vec<Step>,
    shape: Shape,
}

/// How the elements of a container look.
#[derive(Clone, Copy, Debug)]
enum Filling {
    /// All of them the least that the protocol can say.
    Empty,
    /// Structs that hold one empty struct, in this field.
    Hollow(i16),
    /// Elements that say everything they can, in short words.
    Honest,
}

#[test]
fn empty_elements_cost_little_in_the_binary_protocol() {
    hostile_messages_cost_little(Protocol::Binary, BinaryWriter::new);
}

#[test]
fn empty_elements_cost_little_in_the_compact_protocol() {
    hostile_messages_cost_little(Protocol::Compact, CompactWriter::new);
}

#[test]
fn honest_elements_are_never_too_many() {
    for container in containers() {
        let bytes = container.message(Filling::Honest, CompactWriter::new());
        not_refused(&container, &bytes, Protocol::Compact);
        let bytes = container.message(Filling::Honest, BinaryWriter::new());
        not_refused(&container, &bytes, Protocol::Binary);
    }
}

/// The shortest partitions that a server can make something of.
#[test]
fn partitions_without_a_descriptor_are_never_too_many() {
    let one = hms::types::Partition {
        values: Some(vec!["7"]),
        db_name: Some("sales"),
        table_name: Some("t"),
        ..Default::default()
    };
    let many = hms::args::AddPartitions {
        new_parts: Some(vec![one; 100_000]),
    };
    let mut bytes = Vec::new();
    Protocol::Compact.encode(&many, &mut bytes);
    let again = Protocol::Compact.decode::<hms::args::AddPartitions<'_>>(&bytes);
    assert!(again.is_ok_and(|again| again == many));
}

/// Values that are read and dropped, as another of the same field follows, are paid for each time.
#[test]
fn a_repeated_field_is_paid_for_again() {
    let mut writer = BinaryWriter::new();
    let mark = writer.struct_begin();
    for _ in 0..100 {
        writer.field(1, WireType::List);
        writer.list_begin(WireType::Struct, 20_000);
        writer.raw(&vec![0; 20_000]);
    }
    writer.struct_end(mark);
    let bytes = writer.into_bytes();
    let (outcome, peak) = decoded(descriptor("args::AddPartitions"), Protocol::Binary, &bytes);
    let refused = outcome.map_err(|error| error.kind);
    assert!(
        matches!(refused, Err(DecodeErrorKind::MemoryExceeded { .. })),
        "{refused:?}"
    );
    assert!(peak <= FACTOR_MAX * bytes.len(), "{peak}");
}

fn hostile_messages_cost_little<W: Writer>(protocol: Protocol, writer: impl Fn() -> W) {
    let mut worst = (0, String::new());
    let mut refused = 0;
    let mut messages = 0;
    for container in containers() {
        for filling in container.hostile() {
            let bytes = container.message(filling, writer());
            scanned(protocol, &bytes);
            let (outcome, peak) = decoded(container.arguments, protocol, &bytes);
            let name = format!("{} {filling:?} {:?}", container.name(), outcome);
            assert!(
                peak <= FACTOR_MAX * bytes.len(),
                "{name}: {} bytes cost {peak}",
                bytes.len()
            );
            worst = worst.max((peak * 10 / bytes.len(), name));
            let too_many = outcome.map_err(|error| error.kind);
            refused += usize::from(matches!(
                too_many,
                Err(DecodeErrorKind::MemoryExceeded { .. })
            ));
            messages += 1;
        }
    }
    assert!(messages > 150, "only {messages} messages");
    assert!(refused > 40, "only {refused} of {messages} were refused");
    assert!(worst.0 > 10, "nothing was measured: {worst:?}");
}

/// A message that the scanner lets through: the decoder alone has to bound what it costs.
fn scanned(protocol: Protocol, arguments: &[u8]) {
    let header = hms::MessageHeader {
        name: "m",
        kind: hms::MessageKind::Call,
        seq: 1,
    };
    let mut message = Vec::new();
    protocol.encode_message(header, &hms::args::FlushCache::default(), &mut message);
    message.pop();
    message.extend_from_slice(arguments);
    let found = Scanner::new(protocol, Limits::default()).scan(&message);
    let len = message.len();
    assert_eq!(found, Ok(Progress::Complete { len }));
}

fn decoded(
    arguments: &Descriptor,
    protocol: Protocol,
    bytes: &[u8],
) -> (Result<(), DecodeError>, usize) {
    let mut outcome = Ok(());
    let taken = measure(|| outcome = (arguments.decode)(protocol, bytes));
    let peak = usize::try_from(taken.bytes_max).expect("memory is a usize");
    (outcome, peak)
}

fn not_refused(container: &Container, bytes: &[u8], protocol: Protocol) {
    let outcome = (container.arguments.decode)(protocol, bytes);
    let kind = outcome.map_err(|error| error.kind);
    // What stands around the container is absent, required or not.
    assert!(
        matches!(kind, Ok(()) | Err(DecodeErrorKind::MissingField { .. })),
        "{} in {protocol:?}: {kind:?}",
        container.name()
    );
}

/// Every container of every method; those inside types once, on the first way that leads to them.
fn containers() -> Vec<Container> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for arguments in DESCRIPTORS
        .iter()
        .filter(|it| it.name.starts_with("args::"))
    {
        fields(arguments, arguments, &[], &mut seen, &mut found);
    }
    found
}

fn fields(
    arguments: &'static Descriptor,
    of: &'static Descriptor,
    path: &[Step],
    seen: &mut HashSet<&'static str>,
    found: &mut Vec<Container>,
) {
    if !seen.insert(of.name) {
        return;
    }
    for field in of.fields {
        let path = [path, &[Step::Field(field.id)]].concat();
        inside(arguments, field.shape, path, seen, found);
    }
}

fn inside(
    arguments: &'static Descriptor,
    shape: Shape,
    path: Vec<Step>,
    seen: &mut HashSet<&'static str>,
    found: &mut Vec<Container>,
) {
    match shape {
        Shape::List(inner) | Shape::Set(inner) => {
            let deeper = [&path[..], &[Step::Element]].concat();
            inside(arguments, *inner, deeper, seen, found);
        }
        Shape::Map(key, value) => {
            let deeper = [&path[..], &[Step::Key]].concat();
            inside(arguments, *key, deeper, seen, found);
            let deeper = [&path[..], &[Step::Element]].concat();
            inside(arguments, *value, deeper, seen, found);
        }
        Shape::Struct(name) => return fields(arguments, descriptor(name), &path, seen, found),
        _ => return,
    }
    found.push(Container {
        arguments,
        path,
        shape,
    });
}

impl Container {
    fn name(&self) -> String {
        let steps = self.path.iter().map(|step| match step {
            Step::Field(id) => format!(".{id}"),
            Step::Element => "[]".to_owned(),
            Step::Key => "{}".to_owned(),
        });
        format!("{}{}", self.arguments.name, steps.collect::<String>())
    }

    /// The fillings that try to cost much.
    fn hostile(&self) -> Vec<Filling> {
        let mut fillings = vec![Filling::Empty];
        if let Shape::List(Shape::Struct(name)) = self.shape {
            let structs = descriptor(name)
                .fields
                .iter()
                .filter(|field| matches!(field.shape, Shape::Struct(_)));
            fillings.extend(structs.map(|field| Filling::Hollow(field.id)));
        }
        fillings
    }

    /// The arguments that hold this container, filled; what stands around it is absent.
    fn message<W: Writer>(&self, filling: Filling, mut writer: W) -> Vec<u8> {
        let whole = Shape::Struct(self.arguments.name);
        write(&mut writer, whole, &self.path, filling);
        writer.take()
    }
}

fn write<W: Writer>(writer: &mut W, shape: Shape, path: &[Step], filling: Filling) {
    let Some((step, rest)) = path.split_first() else {
        return fill(writer, shape, filling);
    };
    match (shape, step) {
        (Shape::Struct(name), Step::Field(id)) => {
            let field = descriptor(name).fields.iter().find(|field| field.id == *id);
            let inner = field.expect("the path was made of fields").shape;
            let mark = writer.struct_begin();
            writer.field(*id, wire(inner));
            write(writer, inner, rest, filling);
            writer.struct_end(mark);
        }
        (Shape::List(inner), _) => {
            writer.list_begin(wire(*inner), 1);
            write(writer, *inner, rest, filling);
        }
        (Shape::Set(inner), _) => {
            writer.set_begin(wire(*inner), 1);
            write(writer, *inner, rest, filling);
        }
        (Shape::Map(key, value), step) => {
            writer.map_begin(wire(*key), wire(*value), 1);
            if let Step::Key = step {
                write(writer, *key, rest, filling);
                empty(writer, *value);
            } else {
                empty(writer, *key);
                write(writer, *value, rest, filling);
            }
        }
        _ => panic!("a path leads through structs and containers"),
    }
}

fn fill<W: Writer>(writer: &mut W, container: Shape, filling: Filling) {
    let elements: Vec<Shape> = match container {
        Shape::List(inner) | Shape::Set(inner) => vec![*inner],
        Shape::Map(key, value) => vec![*key, *value],
        _ => panic!("only containers are filled"),
    };
    // One element is encoded and copied.
    let start = writer.bytes().len();
    for element in &elements {
        match filling {
            Filling::Empty => empty(writer, *element),
            Filling::Hollow(id) => {
                let outer = writer.struct_begin();
                writer.field(id, WireType::Struct);
                let inner = writer.struct_begin();
                writer.struct_end(inner);
                writer.struct_end(outer);
            }
            Filling::Honest => honest(writer, *element, 0),
        }
    }
    let mut around = writer.take();
    let one = around.split_off(start);
    writer.raw(&around);
    let count = match filling {
        Filling::Honest => HONEST_ELEMENTS,
        _ => (MESSAGE_BYTES / one.len()).min(Limits::default().container_items_max),
    };
    match container {
        Shape::List(_) => writer.list_begin(wire(elements[0]), count),
        Shape::Set(_) => writer.set_begin(wire(elements[0]), count),
        _ => writer.map_begin(wire(elements[0]), wire(elements[1]), count),
    }
    writer.raw(&one.repeat(count));
}

/// The shortest value of a type.
fn empty<W: Writer>(writer: &mut W, shape: Shape) {
    match shape {
        Shape::Bool => writer.bool(false),
        Shape::I8 => writer.i8(0),
        Shape::I16 => writer.i16(0),
        Shape::I32 => writer.i32(0),
        Shape::I64 => writer.i64(0),
        Shape::Double => writer.double(0.0),
        Shape::String | Shape::Binary => writer.binary(&[]),
        Shape::List(inner) => writer.list_begin(wire(*inner), 0),
        Shape::Set(inner) => writer.set_begin(wire(*inner), 0),
        Shape::Map(key, value) => writer.map_begin(wire(*key), wire(*value), 0),
        Shape::Struct(_) => {
            let mark = writer.struct_begin();
            writer.struct_end(mark);
        }
    }
}

/// A value that says something: no text is empty, no container, no struct.
fn honest<W: Writer>(writer: &mut W, shape: Shape, depth: u32) {
    match shape {
        Shape::String | Shape::Binary => writer.binary(b"ab"),
        Shape::List(inner) => {
            writer.list_begin(wire(*inner), 1);
            honest(writer, *inner, depth + 1);
        }
        Shape::Set(inner) => {
            writer.set_begin(wire(*inner), 1);
            honest(writer, *inner, depth + 1);
        }
        Shape::Map(key, value) => {
            writer.map_begin(wire(*key), wire(*value), 1);
            honest(writer, *key, depth + 1);
            honest(writer, *value, depth + 1);
        }
        Shape::Struct(name) => {
            let mark = writer.struct_begin();
            for field in descriptor(name).fields {
                if depth > HONEST_DEPTH_MAX && !field.required {
                    continue;
                }
                if let Shape::Bool = field.shape {
                    writer.field_bool(field.id, true);
                } else {
                    writer.field(field.id, wire(field.shape));
                    honest(writer, field.shape, depth + 1);
                }
            }
            writer.struct_end(mark);
        }
        scalar => empty(writer, scalar),
    }
}
