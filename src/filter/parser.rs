//! Reads the text of a filter into an [`Expression`].
//!
//! The grammar is the union of what Hive 2.3, 3.1 and 4.x accept and what clients send: constants on
//! either side, `==` and `<>`, backquoted names, `k in (…)` with and without parentheses around `k`,
//! `not` in front of anything. Keywords are recognized by their place, so a partition key named `date`
//! needs no quotes. What follows a complete filter is an error: Hive 4.0 ignores it, and thereby
//! answers another question than was asked.

use super::cursor::Cursor;
use super::error::FilterError;
use super::expression::{Constant, Expression};
use super::lexer::{Backslash, Identifiers, Token, tokens};

/// The longest filter, in bytes.
pub const FILTER_BYTES_MAX: usize = 1024 * 1024;

/// The deepest nesting of parentheses and `not`. Spark nests one level for each `or` of a query.
pub const FILTER_DEPTH_MAX: usize = 400;

/// Reads a partition filter. An empty or blank text is the filter that is always true.
pub fn parse(text: &str) -> Result<Expression, FilterError> {
    parse_with(text, Identifiers::Words)
}

pub(super) fn parse_with(text: &str, identifiers: Identifiers) -> Result<Expression, FilterError> {
    if text.len() > FILTER_BYTES_MAX {
        return Err(FilterError::TooLarge {
            limit: FILTER_BYTES_MAX,
            unit: "bytes",
        });
    }
    let parsed = parse_reading(text, identifiers, Backslash::Escapes);
    if parsed.is_err() && text.contains('\\') {
        // See `lexer`: the first reading's error is the one to report when neither succeeds.
        return parse_reading(text, identifiers, Backslash::Plain).or(parsed);
    }
    parsed
}

fn parse_reading(
    text: &str,
    identifiers: Identifiers,
    backslash: Backslash,
) -> Result<Expression, FilterError> {
    let tokens = tokens(text, backslash, identifiers)?;
    if tokens.is_empty() {
        return Ok(Expression::And(Vec::new()));
    }
    let mut parser = Parser {
        cursor: Cursor::new(tokens, text.len()),
    };
    let expression = parser.expression(0)?;
    if !parser.cursor.is_at_end() {
        return Err(parser
            .cursor
            .fault("expected AND, OR or the end of the filter"));
    }
    Ok(expression)
}

struct Parser {
    cursor: Cursor,
}

impl Parser {
    /// `or` over `and`, both in one function so that a level of parentheses costs two frames only.
    fn expression(&mut self, depth: usize) -> Result<Expression, FilterError> {
        if depth > FILTER_DEPTH_MAX {
            let unit = "levels of parentheses and NOT";
            return Err(FilterError::TooLarge {
                limit: FILTER_DEPTH_MAX,
                unit,
            });
        }
        let mut alternatives = Vec::new();
        loop {
            let mut terms = vec![self.term(depth)?];
            while self.cursor.take_keyword("and") {
                terms.push(self.term(depth)?);
            }
            alternatives.push(single_or(terms, Expression::And));
            if !self.cursor.take_keyword("or") {
                return Ok(single_or(alternatives, Expression::Or));
            }
        }
    }

    fn term(&mut self, depth: usize) -> Result<Expression, FilterError> {
        let mut negations = 0;
        while self.cursor.is_keyword(0, "not") && !self.is_predicate_at(1) {
            self.cursor.skip(1);
            negations += 1;
        }
        if depth + negations > FILTER_DEPTH_MAX {
            let unit = "levels of parentheses and NOT";
            return Err(FilterError::TooLarge {
                limit: FILTER_DEPTH_MAX,
                unit,
            });
        }
        let mut inner = if self.opens_group() {
            self.cursor.skip(1);
            let group = self.expression(depth + negations + 1)?;
            self.cursor.expect(&Token::RightParenthesis, "expected )")?;
            group
        } else {
            self.condition()?
        };
        for _ in 0..negations {
            inner = Expression::Not(Box::new(inner));
        }
        Ok(inner)
    }

    /// True when the token at `ahead` can only follow an operand, so that the word before it is a key.
    fn is_predicate_at(&self, ahead: usize) -> bool {
        let next = ahead + usize::from(self.cursor.is_keyword(ahead, "not"));
        let list = self.cursor.is_keyword(next, "in")
            && self.cursor.peek(next + 1) == Some(&Token::LeftParenthesis);
        let follows =
            self.cursor.is_keyword(next, "between") || self.cursor.is_keyword(next, "like");
        matches!(self.cursor.peek(ahead), Some(Token::Operator(_)))
            || list
            || (follows && !matches!(self.cursor.peek(next + 1), Some(Token::Operator(_))))
    }

    /// True at a parenthesis around an expression, rather than around a key or keys.
    fn opens_group(&self) -> bool {
        if self.cursor.peek(0) != Some(&Token::LeftParenthesis) {
            return false;
        }
        let struct_of_keys = self.cursor.is_keyword(1, "struct")
            && self.cursor.peek(2) == Some(&Token::LeftParenthesis);
        let keys = matches!(self.cursor.peek(1), Some(Token::Word(_) | Token::Name(_)))
            && matches!(
                self.cursor.peek(2),
                Some(Token::RightParenthesis | Token::Comma)
            );
        !struct_of_keys && !keys
    }

    fn condition(&mut self) -> Result<Expression, FilterError> {
        if self.cursor.starts_constant() {
            let constant = self.cursor.constant()?;
            let Some(Token::Operator(operator)) = self.cursor.peek(0) else {
                return Err(self.cursor.fault("expected an operator"));
            };
            let operator = operator.mirrored();
            self.cursor.skip(1);
            let key = self.cursor.identifier()?;
            return Ok(Expression::Compare {
                key,
                operator,
                constant,
            });
        }
        if self.cursor.take(&Token::LeftParenthesis) {
            return self.parenthesized_keys();
        }
        if self.cursor.is_keyword(0, "struct")
            && self.cursor.peek(1) == Some(&Token::LeftParenthesis)
        {
            let keys = self.struct_keys()?;
            return self.struct_in(keys);
        }
        let key = self.cursor.identifier()?;
        self.predicate(key)
    }

    /// What stands in parentheses and is no expression: `(k)`, `(k1, k2)` or `(struct(k1, k2))`.
    fn parenthesized_keys(&mut self) -> Result<Expression, FilterError> {
        if self.cursor.is_keyword(0, "struct")
            && self.cursor.peek(1) == Some(&Token::LeftParenthesis)
        {
            let keys = self.struct_keys()?;
            self.cursor.expect(&Token::RightParenthesis, "expected )")?;
            return self.struct_in(keys);
        }
        let mut keys = self.cursor.identifiers()?;
        if keys.len() == 1 {
            return self.predicate(keys.remove(0));
        }
        self.struct_in(keys)
    }

    /// `struct(k1, k2)`.
    fn struct_keys(&mut self) -> Result<Vec<String>, FilterError> {
        self.cursor.skip(2);
        self.cursor.identifiers()
    }

    /// What is said about a key.
    fn predicate(&mut self, key: String) -> Result<Expression, FilterError> {
        if let Some(Token::Operator(operator)) = self.cursor.peek(0) {
            let operator = *operator;
            self.cursor.skip(1);
            let constant = self.cursor.constant()?;
            return Ok(Expression::Compare {
                key,
                operator,
                constant,
            });
        }
        let negated = self.cursor.take_keyword("not");
        let inner = if self.cursor.take_keyword("between") {
            let low = self.cursor.constant()?;
            if !self.cursor.take_keyword("and") {
                return Err(self.cursor.fault("expected AND"));
            }
            Expression::Between {
                key,
                low,
                high: self.cursor.constant()?,
            }
        } else if self.cursor.take_keyword("like") {
            Expression::Like {
                key,
                pattern: self.pattern()?,
            }
        } else if self.cursor.take_keyword("in") {
            self.cursor.expect(&Token::LeftParenthesis, "expected (")?;
            Expression::In {
                key,
                constants: self.cursor.constants()?,
            }
        } else {
            return Err(self
                .cursor
                .fault("expected an operator, LIKE, BETWEEN or IN"));
        };
        Ok(if negated {
            Expression::Not(Box::new(inner))
        } else {
            inner
        })
    }

    /// A pattern is read as text whatever it looks like, because LIKE works on the text of values.
    fn pattern(&mut self) -> Result<String, FilterError> {
        Ok(match self.cursor.constant()? {
            Constant::Text(text) => text,
            Constant::Timestamp(moment) => moment.to_string(),
            other => other.to_string(),
        })
    }

    fn struct_in(&mut self, keys: Vec<String>) -> Result<Expression, FilterError> {
        let negated = self.cursor.take_keyword("not");
        if !self.cursor.take_keyword("in") {
            return Err(self.cursor.fault("expected IN"));
        }
        self.cursor.expect(&Token::LeftParenthesis, "expected (")?;
        let mut rows = Vec::new();
        loop {
            // CONST is demanded by 2.3 and 3.1, optional in 4.x.
            self.cursor.take_keyword("const");
            self.cursor.take_keyword("struct");
            self.cursor
                .expect(&Token::LeftParenthesis, "expected a struct")?;
            let row = self.cursor.constants()?;
            if row.len() != keys.len() {
                return Err(self
                    .cursor
                    .fault("expected as many constants in a struct as there are keys"));
            }
            rows.push(row);
            if !self.cursor.take(&Token::Comma) {
                break;
            }
        }
        self.cursor
            .expect(&Token::RightParenthesis, "expected , or )")?;
        let inner = Expression::StructIn { keys, rows };
        Ok(if negated {
            Expression::Not(Box::new(inner))
        } else {
            inner
        })
    }
}

fn single_or(mut terms: Vec<Expression>, joined: fn(Vec<Expression>) -> Expression) -> Expression {
    if terms.len() == 1 {
        terms.remove(0)
    } else {
        joined(terms)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str) -> String {
        parse(text)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .to_string()
    }

    #[test]
    fn reads_what_spark_sends() {
        assert_eq!(written("dt = \"2024-01-02\""), "`dt` = '2024-01-02'");
        assert_eq!(written("(dt = \"a\" or dt = \"b\") and n > 1"), {
            "(`dt` = 'a' or `dt` = 'b') and `n` > 1"
        });
        assert_eq!(
            written("(dt != \"a\" and dt != 'x\"y')"),
            "`dt` != 'a' and `dt` != 'x\"y'"
        );
        assert_eq!(
            written("(dt) not in (\"a\", 'x\"y')"),
            "not ((`dt`) in ('a', 'x\"y'))"
        );
        assert_eq!(written("(n) in (5, 10, -1)"), "(`n`) in (5, 10, -1)");
        assert_eq!(
            written("1 < n and dt = 2024-01-02"),
            "`n` > 1 and `dt` = 2024-01-02"
        );
        assert_eq!(
            written(r#"dt = "a\" and n = 1"#),
            r"`dt` = 'a\' and `n` = 1"
        );
        assert_eq!(written(r#"dt like ".*01\.5""#), r"`dt` like '.*01\.5'");
    }

    #[test]
    fn reads_the_forms_of_hive_and_flink() {
        assert_eq!(written("A == 'x' AND b <> 2 Or c BETWEEN 1 and 2"), {
            "(`A` = 'x' and `b` != 2) or `c` between 1 and 2"
        });
        assert_eq!(
            written("(struct(a,b)) IN (CONST STRUCT(1,'x'), struct(2,'y'))"),
            { "(struct(`a`, `b`)) in (const struct(1, 'x'), const struct(2, 'y'))" }
        );
        assert_eq!(written("(a, b) not in ((1, 2))"), {
            "not ((struct(`a`, `b`)) in (const struct(1, 2)))"
        });
        assert_eq!(written("a in (1) and not b not between 1 and 2"), {
            "(`a`) in (1) and not (not (`b` between 1 and 2))"
        });
        assert_eq!(
            written("`da``y` = date '2024-01-02'"),
            "`da``y` = 2024-01-02"
        );
        assert_eq!(
            written("ts >= 2024-01-02 03:04:05"),
            "`ts` >= timestamp '2024-01-02 03:04:05'"
        );
        assert_eq!(written("timestamp \"2024-01-02 03:04:05\" = ts"), {
            "`ts` = timestamp '2024-01-02 03:04:05'"
        });
        assert_eq!(written("((a = 'it''s'))"), "`a` = 'it''s'");
    }

    #[test]
    fn keywords_may_be_keys() {
        assert_eq!(written("date = '2024-01-01' and timestamp > 5"), {
            "`date` = '2024-01-01' and `timestamp` > 5"
        });
        assert_eq!(written("not = 1 and in like 'x' and not not in (1)"), {
            "`not` = 1 and `in` like 'x' and not ((`not`) in (1))"
        });
        assert_eq!(written("not between = 1"), "not (`between` = 1)");
    }

    #[test]
    fn nothing_is_everything() {
        for text in ["", "  \n"] {
            assert_eq!(parse(text), Ok(Expression::And(Vec::new())));
        }
    }

    #[test]
    fn faults_are_typed() {
        const FAULTS: &str = "a; a =; = 1; a = b; 1 = 1; a = 1 b; a = 1 and; (a = 1; a = 1); (); \
            a in (); a in (1; a in 1; a between 1; a <=> 1; 1 like a; a like b; a not; not; \
            (struct(a,b)) in (struct(1)); a = 'x; a = 'x' 'y'; a not = 1; a = 1 or or; \
            'x' in (a); a = date '2024-99-01'; (a, b) = 1";
        for text in FAULTS.split("; ") {
            let error = parse(text).expect_err(text);
            assert!(
                error
                    .to_string()
                    .starts_with("Error parsing partition filter: "),
                "{error}"
            );
        }
        assert!(matches!(
            parse(&"x".repeat(FILTER_BYTES_MAX + 1)),
            Err(FilterError::TooLarge {
                limit: FILTER_BYTES_MAX,
                ..
            })
        ));
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| format!("{}a = 1{}", "(".repeat(depth), ")".repeat(depth));
        assert!(parse(&nested(FILTER_DEPTH_MAX)).is_ok());
        assert!(parse(&nested(FILTER_DEPTH_MAX + 1)).is_err());
        assert!(parse(&nested(200_000)).is_err());
        assert!(parse(&("not ".repeat(FILTER_DEPTH_MAX) + "a = 1")).is_ok());
        assert!(parse(&("not ".repeat(100_000) + "a = 1")).is_err());
        assert!(parse(&"not (".repeat(100_000)).is_err());
    }

    proptest! {
        #[test]
        fn written_filters_read_back(expression in sample::any_expressions()) {
            let text = expression.to_string();
            prop_assert_eq!(parse(&text), Ok(expression), "{}", text);
        }

        #[test]
        fn random_text_never_panics(text in any::<String>()) {
            let _ = parse(&text);
        }

        #[test]
        fn random_tokens_never_panic(
            picks in prop::collection::vec(any::<prop::sample::Index>(), 0..24),
        ) {
            const TOKENS: &str = "( ) , a `b` = < <> and or not in like between struct const date \
                timestamp 'x' \"y \\ 1 - 2024-01-02 03:04:05 1.5 true";
            let tokens: Vec<&str> = TOKENS.split_whitespace().collect();
            let words: Vec<&str> = picks.iter().map(|pick| *pick.get(&tokens)).collect();
            if let Ok(expression) = parse(&words.join(" ")) {
                prop_assert_eq!(parse(&expression.to_string()), Ok(expression));
            }
        }
    }
}
