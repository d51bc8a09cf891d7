//! The language of layout templates: from text to one pattern a path segment and one rule a key.

use super::error::{LayoutError, TemplateFault};
use super::field::Unit;
use super::pattern::{Pattern, Token};
use super::value_form;
use super::{TEMPLATE_BYTES_MAX, TEMPLATE_PLACEHOLDERS_MAX, TEMPLATE_SEGMENTS_MAX};
use crate::hive::partition_name::{escape, unescape};
use crate::model::Column;

/// A template that was read.
#[derive(Debug)]
pub(super) struct Template {
    /// One pattern a path segment.
    pub(super) segments: Vec<Pattern>,
    /// For each key of the table the form of its value where the path tells its time, `None` for a text.
    pub(super) forms: Vec<Option<Pattern>>,
}

/// A fault and its place.
type Refusal = (usize, TemplateFault);

/// Reads a template for these partition keys.
pub(super) fn parse(template: &str, keys: &[Column]) -> Result<Template, LayoutError> {
    let mut reader = Reader {
        template,
        keys,
        segments: Vec::new(),
        tokens: Vec::new(),
        segment_offset: 0,
        placeholders: 0,
        uses: keys.iter().map(|_| KeyUse::default()).collect(),
    };
    reader
        .read()
        .map_err(|(offset, fault)| LayoutError::Template {
            template: template.to_owned(),
            offset,
            fault,
        })
}

/// What the placeholders of one key have told so far.
#[derive(Default)]
struct KeyUse {
    is_text: bool,
    units: Vec<Unit>,
    offset: usize,
    form: Option<(usize, Pattern)>,
}

struct Reader<'a> {
    template: &'a str,
    keys: &'a [Column],
    segments: Vec<Pattern>,
    /// The segment being read.
    tokens: Vec<Token>,
    segment_offset: usize,
    placeholders: usize,
    uses: Vec<KeyUse>,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<Template, Refusal> {
        if self.template.len() > TEMPLATE_BYTES_MAX {
            return Err((0, too_large(TEMPLATE_BYTES_MAX, "bytes")));
        }
        let mut at = 0;
        while let Some(character) = self.template[at..].chars().next() {
            at = match character {
                '{' if self.template[at..].starts_with("{{") => self.literal('{', at, 2),
                '}' if self.template[at..].starts_with("}}") => self.literal('}', at, 2),
                '{' => self.placeholder(at)?,
                '}' => return Err((at, TemplateFault::StrayBrace)),
                '/' => self.slash(at)?,
                '%' => self.bare_percent(at)?,
                other => self.plain(other, at)?,
            };
        }
        self.segment_end(at)?;
        self.forms(at)
    }

    fn literal(&mut self, character: char, at: usize, width: usize) -> usize {
        if let Some(Token::Literal(literal)) = self.tokens.last_mut() {
            literal.push(character);
        } else {
            self.tokens.push(Token::Literal(character.to_string()));
        }
        at + width
    }

    fn plain(&mut self, character: char, at: usize) -> Result<usize, Refusal> {
        if character.is_control() {
            return Err((at, TemplateFault::ControlCharacter));
        }
        Ok(self.literal(character, at, character.len_utf8()))
    }

    /// A percent sign outside of braces is itself, but not where a directive was surely meant. `%d` may be
    /// the start of an escaped byte.
    fn bare_percent(&mut self, at: usize) -> Result<usize, Refusal> {
        match self.template[at + 1..].chars().next() {
            Some(directive) if directive != 'd' && Unit::of_letter(directive).is_some() => {
                Err((at, TemplateFault::BareDirective { directive }))
            }
            _ => Ok(self.literal('%', at, 1)),
        }
    }

    fn slash(&mut self, at: usize) -> Result<usize, Refusal> {
        self.segment_end(at)?;
        self.segment_offset = at + 1;
        Ok(at + 1)
    }

    fn segment_end(&mut self, at: usize) -> Result<(), Refusal> {
        let mut tokens = std::mem::take(&mut self.tokens);
        match tokens.as_slice() {
            [] => return Err((at, TemplateFault::EmptySegment)),
            [Token::Literal(literal)] if literal == "." || literal == ".." => {
                return Err((self.segment_offset, TemplateFault::DotSegment));
            }
            _ => {}
        }
        // `key=value` to the end of the segment is Hive's own form, so the value is escaped as Hive does.
        if let [.., Token::Literal(literal), Token::Text { is_escaped, .. }] = tokens.as_mut_slice()
        {
            *is_escaped = literal.ends_with('=');
        }
        if let [Token::Literal(literal), Token::Text { key, .. }] = tokens.as_slice()
            && is_key_name(literal, &self.keys[*key].name)
        {
            tokens[0] = Token::KeyName(literal.clone());
        }
        self.segments.push(Pattern { tokens });
        if self.segments.len() > TEMPLATE_SEGMENTS_MAX {
            return Err((at, too_large(TEMPLATE_SEGMENTS_MAX, "path segments")));
        }
        Ok(())
    }

    fn placeholder(&mut self, at: usize) -> Result<usize, Refusal> {
        let start = at + 1;
        let length = self.template[start..].find(['}', '{']);
        let end = match length {
            Some(length) if self.template[start + length..].starts_with('}') => start + length,
            _ => return Err((at, TemplateFault::Unclosed)),
        };
        self.placeholders += 1;
        if self.placeholders > TEMPLATE_PLACEHOLDERS_MAX {
            return Err((at, too_large(TEMPLATE_PLACEHOLDERS_MAX, "placeholders")));
        }
        let content = &self.template[start..end];
        let (name, format) = match content.split_once(':') {
            Some((name, format)) => (name, Some(format)),
            None => (content, None),
        };
        match (name, format) {
            ("", _) => return Err((at, TemplateFault::EmptyPlaceholder)),
            ("_", Some(_)) => return Err((at, TemplateFault::IgnoredFormat)),
            ("_", None) => self.open(at, Token::Ignored)?,
            (_, None) => {
                let key = self.key(start, name)?;
                let used = &mut self.uses[key];
                if used.is_text || !used.units.is_empty() {
                    return Err((at, self.key_twice(key)));
                }
                used.is_text = true;
                self.open(
                    at,
                    Token::Text {
                        key,
                        is_escaped: false,
                    },
                )?;
            }
            (_, Some(format)) => {
                let key = self.key(start, name)?;
                self.format(key, at, start + name.len() + 1, format)?;
            }
        }
        Ok(end + 1)
    }

    /// The position of the key that a placeholder names. Names are escaped as in partition names, so that
    /// a key may hold a colon or a brace.
    fn key(&self, at: usize, name: &str) -> Result<usize, Refusal> {
        let wanted = unescape(name).to_lowercase();
        let found = self
            .keys
            .iter()
            .position(|key| key.name.to_lowercase() == wanted);
        found.ok_or_else(|| {
            let known: Vec<&str> = self.keys.iter().map(|key| key.name.as_str()).collect();
            let known = if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            };
            (
                at,
                TemplateFault::UnknownKey {
                    key: name.to_owned(),
                    known,
                },
            )
        })
    }

    fn key_twice(&self, key: usize) -> TemplateFault {
        TemplateFault::KeyTwice {
            key: self.keys[key].name.clone(),
        }
    }

    fn open(&mut self, at: usize, token: Token) -> Result<(), Refusal> {
        if self.tokens.last().is_some_and(Token::is_open) {
            return Err((at, TemplateFault::Adjacent));
        }
        self.tokens.push(token);
        Ok(())
    }

    /// `%Y/%m/%d`, and after `=` the form of the value. `at` is the placeholder's place.
    fn format(&mut self, key: usize, at: usize, start: usize, format: &str) -> Result<(), Refusal> {
        let (path, form) = match format.split_once('=') {
            Some((path, form)) => (path, Some(form)),
            None => (format, None),
        };
        if self.uses[key].is_text {
            return Err((at, self.key_twice(key)));
        }
        let mut told = false;
        for (place, piece) in pieces(start, path)? {
            match piece {
                Piece::Character('/') => {
                    self.slash(place)?;
                }
                Piece::Character(character) => {
                    self.plain(character, place)?;
                }
                Piece::Unit { unit, is_padded } => {
                    told = true;
                    if self.uses[key].units.contains(&unit) {
                        return Err((place, self.key_twice(key)));
                    }
                    self.uses[key].units.push(unit);
                    self.uses[key].offset = at;
                    self.tokens.push(Token::Time {
                        key,
                        unit,
                        is_padded,
                    });
                }
            }
        }
        if !told {
            return Err((
                start,
                TemplateFault::NoTime {
                    key: self.keys[key].name.clone(),
                },
            ));
        }
        let Some(form) = form else { return Ok(()) };
        let form_start = start + path.len() + 1;
        if self.uses[key].form.is_some() {
            return Err((form_start, self.key_twice(key)));
        }
        let form = value_pattern(key, pieces(form_start, form)?)?;
        self.uses[key].form = Some((form_start, form));
        Ok(())
    }

    /// The rule of each key, once the whole template is read.
    fn forms(&mut self, end: usize) -> Result<Template, Refusal> {
        let mut forms = Vec::with_capacity(self.keys.len());
        for (position, (used, column)) in self.uses.iter_mut().zip(self.keys).enumerate() {
            if used.is_text {
                forms.push(None);
                continue;
            }
            if used.units.is_empty() {
                return Err((
                    end,
                    TemplateFault::KeyMissing {
                        key: column.name.clone(),
                    },
                ));
            }
            used.units.sort_unstable();
            let form = match used.form.take() {
                None => value_form::default_form(column, position, &used.units)
                    .map_err(|fault| (used.offset, fault))?,
                Some((offset, form)) => {
                    let mut told: Vec<Unit> = form.units().collect();
                    told.sort_unstable();
                    if told != used.units {
                        let expected = value_form::directives(&used.units);
                        let key = column.name.clone();
                        return Err((offset, TemplateFault::ValueUnits { key, expected }));
                    }
                    form
                }
            };
            forms.push(Some(form));
        }
        Ok(Template {
            segments: std::mem::take(&mut self.segments),
            forms,
        })
    }
}

/// Whether a text is the name of a key and the `=` behind it, as Hive's own layout has it.
fn is_key_name(text: &str, key: &str) -> bool {
    let own = escape(&key.to_lowercase()).into_owned() + "=";
    text.to_lowercase() == own.to_lowercase()
}

fn too_large(limit: usize, unit: &'static str) -> TemplateFault {
    TemplateFault::TooLarge { limit, unit }
}

/// A piece of a format: a character that stands for itself, or a unit.
enum Piece {
    Character(char),
    Unit { unit: Unit, is_padded: bool },
}

/// The pieces of a format that starts at byte `start` of the template, each with its place.
fn pieces(start: usize, format: &str) -> Result<Vec<(usize, Piece)>, Refusal> {
    let mut pieces = Vec::new();
    let mut rest = format;
    while let Some(character) = rest.chars().next() {
        let place = start + (format.len() - rest.len());
        rest = &rest[character.len_utf8()..];
        if character != '%' {
            pieces.push((place, Piece::Character(character)));
            continue;
        }
        let (is_padded, directive) = match rest.strip_prefix('-') {
            Some(directive) => (false, directive),
            None => (true, rest),
        };
        let letter = directive.chars().next();
        match (is_padded, letter, letter.and_then(Unit::of_letter)) {
            (true, Some('%'), _) => pieces.push((place, Piece::Character('%'))),
            (true, Some('F'), _) => pieces.extend(iso_date(place)),
            (false, _, Some(Unit::Year)) | (_, _, None) => {
                let directive = rest
                    .chars()
                    .take(2)
                    .take_while(|c| !c.is_control())
                    .collect();
                return Err((place, TemplateFault::UnknownDirective { directive }));
            }
            (_, _, Some(unit)) => pieces.push((place, Piece::Unit { unit, is_padded })),
        }
        rest = &directive[letter.map_or(0, char::len_utf8)..];
    }
    Ok(pieces)
}

fn iso_date(place: usize) -> impl Iterator<Item = (usize, Piece)> {
    let unit = |unit| Piece::Unit {
        unit,
        is_padded: true,
    };
    [
        unit(Unit::Year),
        Piece::Character('-'),
        unit(Unit::Month),
        Piece::Character('-'),
        unit(Unit::Day),
    ]
    .into_iter()
    .map(move |piece| (place, piece))
}

fn value_pattern(key: usize, pieces: Vec<(usize, Piece)>) -> Result<Pattern, Refusal> {
    let mut tokens = Vec::new();
    for (place, piece) in pieces {
        match piece {
            Piece::Character(character) if character.is_control() => {
                return Err((place, TemplateFault::ControlCharacter));
            }
            Piece::Character(character) => tokens.push(Token::Literal(character.to_string())),
            Piece::Unit { unit, is_padded } => tokens.push(Token::Time {
                key,
                unit,
                is_padded,
            }),
        }
    }
    Ok(Pattern { tokens })
}
