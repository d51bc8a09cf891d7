//! Why a template was refused, why values cannot be printed in a layout, and why a path does not match one.

/// A layout that cannot be used, or values that it cannot print.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// The template is wrong.
    #[error("the layout is wrong at byte {offset}: {fault}")]
    Template {
        /// The template as given.
        template: String,
        /// Where in the template, in bytes; always at a character's start or the template's end.
        offset: usize,
        /// What is wrong there.
        fault: TemplateFault,
    },
    /// The time zone is none of the IANA database.
    #[error("there is no time zone {name} in the IANA database")]
    UnknownTimeZone {
        /// The name as given.
        name: String,
    },
    /// The number of values is not that of the table's partition keys.
    #[error("{given} values for {expected} partition keys")]
    ValueCount {
        /// Values given.
        given: usize,
        /// Keys of the table.
        expected: usize,
    },
    /// A value has no form in this layout.
    #[error("the value {value:?} of {key} cannot be written in the layout: {reason}")]
    Unprintable {
        /// The partition key.
        key: String,
        /// Its value.
        value: String,
        /// Why not.
        reason: String,
    },
    /// The layout ignores a part of the path, which the values do not tell.
    #[error("the layout ignores a part of the path ({{_}}), so a path cannot be made from values")]
    Ignores,
    /// The path that these values give would not be read as the same values.
    #[error("the values give the path {path:?}, which does not read as the same values")]
    Ambiguous {
        /// The path.
        path: String,
    },
}

impl LayoutError {
    /// The template with a caret below the fault, for a terminal: two lines. `None` for errors without a place.
    pub fn pointed(&self) -> Option<String> {
        let Self::Template {
            template, offset, ..
        } = self
        else {
            return None;
        };
        let before = template.get(..*offset)?.chars().count();
        Some(format!("{template}\n{:before$}^", ""))
    }
}

/// What is wrong at a place of a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateFault {
    /// A placeholder names no partition key.
    #[error("{{{key}}} names no partition key; the table's are: {known}")]
    UnknownKey {
        /// The name as written.
        key: String,
        /// The table's keys, joined by commas.
        known: String,
    },
    /// A key has its value twice.
    #[error("{key} stands in the layout twice with the same meaning")]
    KeyTwice {
        /// The key.
        key: String,
    },
    /// A key of the table is missing.
    #[error("the partition key {key} is missing: write {{{key}}} or {{{key}:%Y/%m/%d}}")]
    KeyMissing {
        /// The key.
        key: String,
    },
    /// An unknown directive after `%`.
    #[error(
        "%{directive} is no unit of time; allowed are %Y %m %d %H %M %S, %-m %-d %-H %-M %-S without leading \
         zeros, %F for %Y-%m-%d, and %% for a percent sign"
    )]
    UnknownDirective {
        /// What follows the percent sign.
        directive: String,
    },
    /// A directive outside of a placeholder.
    #[error("%{directive} stands outside of a placeholder: write {{key:%{directive}}}")]
    BareDirective {
        /// The letter.
        directive: char,
    },
    /// A format without a unit of time.
    #[error("the format of {key} tells no unit of time: write {{{key}}} or {{{key}:%Y/%m/%d}}")]
    NoTime {
        /// The key.
        key: String,
    },
    /// Two slashes in a row, or one at an end.
    #[error("empty path segment: no slash may stand at the start, at the end or beside another")]
    EmptySegment,
    /// A segment that is `.` or `..`.
    #[error("the path segments . and .. are not allowed")]
    DotSegment,
    /// Two texts of open length without anything between.
    #[error("two placeholders of open length need a literal between them")]
    Adjacent,
    /// `{` without its `}`.
    #[error("this placeholder has no closing brace; a literal brace is written {{{{")]
    Unclosed,
    /// `}` without its `{`.
    #[error("this closing brace has no opening one; a literal brace is written }}}}")]
    StrayBrace,
    /// `{}`.
    #[error("empty placeholder: write {{key}}, or {{_}} for a part that tells nothing")]
    EmptyPlaceholder,
    /// `{_:…}`.
    #[error("{{_}} takes no format")]
    IgnoredFormat,
    /// A control character.
    #[error("control characters are not allowed in a layout")]
    ControlCharacter,
    /// The form of a value tells other units than the path.
    #[error("the form of {key}'s value must tell the units of its path, each once: {expected}")]
    ValueUnits {
        /// The key.
        key: String,
        /// The directives of the path.
        expected: String,
    },
    /// The key's type has no form for these units.
    #[error("{key} is of type {data_type}, which cannot hold {units}: {advice}")]
    KeyType {
        /// The key.
        key: String,
        /// Its Hive type.
        data_type: String,
        /// The directives of the path.
        units: String,
        /// What to do.
        advice: &'static str,
    },
    /// A limit is passed.
    #[error("more than {limit} {unit}")]
    TooLarge {
        /// The limit.
        limit: usize,
        /// What it counts.
        unit: &'static str,
    },
}

/// A path that does not match a layout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("path segment {}: {reason}", segment + 1)]
pub struct Mismatch {
    /// The position of the segment, from 0. A path that is too short or too long points to where it ends, or
    /// should have ended.
    pub segment: usize,
    /// What does not match, in words.
    pub reason: String,
}
