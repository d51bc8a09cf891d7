//! A parsed filter: the typed tree between the parser and whoever resolves its identifiers.
//!
//! It says what was written, not what it means: identifiers are unresolved and constants untyped.
//! `Display` writes a tree in a form that every Hive from 4.0 on, and this parser, reads back.

use super::moment::Moment;
use super::number::Number;
use std::fmt;

/// A filter as written. The empty conjunction is the filter that is always true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// All of these hold.
    And(Vec<Expression>),
    /// One of these holds.
    Or(Vec<Expression>),
    /// This does not hold. `not in`, `not between` and `not like` are written so too.
    Not(Box<Expression>),
    /// `key operator constant`; a constant on the left has been turned around.
    Compare {
        /// The identifier as written.
        key: String,
        /// How the two compare.
        operator: Comparison,
        /// The right side.
        constant: Constant,
    },
    /// `key like 'pattern'`.
    Like {
        /// The identifier as written.
        key: String,
        /// The pattern, unread.
        pattern: String,
    },
    /// `key between low and high`, both ends included.
    Between {
        /// The identifier as written.
        key: String,
        /// The lower end.
        low: Constant,
        /// The upper end.
        high: Constant,
    },
    /// `(key) in (…)`, with at least one constant.
    In {
        /// The identifier as written.
        key: String,
        /// The members of the list.
        constants: Vec<Constant>,
    },
    /// `(struct(k1, k2)) in (struct(1, 'a'), …)`: each row has as many constants as there are keys.
    StructIn {
        /// The identifiers as written.
        keys: Vec<String>,
        /// The rows.
        rows: Vec<Vec<Constant>>,
    },
}

/// How a key compares with a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=` and `==`.
    Equal,
    /// `!=` and `<>`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
}

impl Comparison {
    /// The operator that says the same with the sides exchanged.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }

    /// The operator that says the opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
        }
    }

    /// The operator as every version of Hive reads it.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// A constant as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constant {
    /// A quoted string.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A number with a point. No version of Hive reads one; they cost nothing to accept.
    Decimal(Number),
    /// `2024-01-02`, with or without `date` and quotes.
    Date(Moment),
    /// `timestamp '2024-01-02 03:04:05'`, or bare.
    Timestamp(Moment),
    /// `true` or `false`, bare.
    Boolean(bool),
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(terms) => write_terms(f, terms, " and "),
            Self::Or(terms) => write_terms(f, terms, " or "),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Compare {
                key,
                operator,
                constant,
            } => {
                write!(f, "{} {} {constant}", Identifier(key), operator.symbol())
            }
            Self::Like { key, pattern } => {
                write!(f, "{} like {}", Identifier(key), Quoted(pattern))
            }
            Self::Between { key, low, high } => {
                write!(f, "{} between {low} and {high}", Identifier(key))
            }
            Self::In { key, constants } => {
                write!(f, "({}) in (", Identifier(key))?;
                write_list(f, constants)?;
                f.write_str(")")
            }
            Self::StructIn { keys, rows } => {
                f.write_str("(struct(")?;
                write_list(f, keys.iter().map(|key| Identifier(key)))?;
                f.write_str(")) in (")?;
                for (index, row) in rows.iter().enumerate() {
                    f.write_str(if index == 0 {
                        "const struct("
                    } else {
                        ", const struct("
                    })?;
                    write_list(f, row)?;
                    f.write_str(")")?;
                }
                f.write_str(")")
            }
        }
    }
}

/// Terms that bind no tighter than their parent stand in parentheses, so that the tree reads back.
fn write_terms(f: &mut fmt::Formatter<'_>, terms: &[Expression], joint: &str) -> fmt::Result {
    for (index, term) in terms.iter().enumerate() {
        if index > 0 {
            f.write_str(joint)?;
        }
        if matches!(term, Expression::And(_) | Expression::Or(_)) {
            write!(f, "({term})")?;
        } else {
            write!(f, "{term}")?;
        }
    }
    Ok(())
}

fn write_list<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    items: impl IntoIterator<Item = T>,
) -> fmt::Result {
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

impl fmt::Display for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{}", Quoted(text)),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Decimal(value) => write!(f, "{value}"),
            Self::Date(day) => write!(f, "{}", day.date_text()),
            Self::Timestamp(moment) => write!(f, "timestamp '{moment}'"),
            Self::Boolean(value) => write!(f, "{value}"),
        }
    }
}

/// An identifier in backquotes: it may be a keyword or hold any character.
struct Identifier<'a>(&'a str);

impl fmt::Display for Identifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0.replace('`', "``"))
    }
}

/// A string in quotes. A backslash right before the closing kind of quote would be read as an escape,
/// so the other kind is taken then; see `lexer` for what cannot be written at all.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = if self.0.contains("\\'") { '"' } else { '\'' };
        let mut doubled = [0_u8; 2];
        doubled.fill(quote as u8);
        let doubled = String::from_utf8_lossy(&doubled);
        write!(f, "{quote}{}{quote}", self.0.replace(quote, &doubled))
    }
}
