//! Steps over the tokens of a filter and reads its smallest parts: identifiers, constants, lists.
//!
//! It knows no operators and no precedence; that is the parser's matter.

use super::error::FilterError;
use super::expression::Constant;
use super::lexer::{Placed, Token};
use super::moment::Moment;

/// A place among the tokens of a filter.
pub(super) struct Cursor {
    tokens: Vec<Placed>,
    at: usize,
    text_bytes: usize,
}

impl Cursor {
    /// The start of the tokens of a text of so many bytes.
    pub(super) fn new(tokens: Vec<Placed>, text_bytes: usize) -> Self {
        Self {
            tokens,
            at: 0,
            text_bytes,
        }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(super) fn skip(&mut self, tokens: usize) {
        self.at += tokens;
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|(token, _)| token)
    }

    pub(super) fn fault(&self, reason: &str) -> FilterError {
        let position = self
            .tokens
            .get(self.at)
            .map_or(self.text_bytes, |(_, start)| *start);
        FilterError::Syntax {
            position,
            reason: reason.to_owned(),
        }
    }

    pub(super) fn is_keyword(&self, ahead: usize, keyword: &str) -> bool {
        matches!(self.peek(ahead), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword))
    }

    pub(super) fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.is_keyword(0, keyword);
        self.at += usize::from(found);
        found
    }

    pub(super) fn take(&mut self, token: &Token) -> bool {
        let found = self.peek(0) == Some(token);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, token: &Token, reason: &str) -> Result<(), FilterError> {
        if self.take(token) {
            Ok(())
        } else {
            Err(self.fault(reason))
        }
    }

    /// Identifiers up to and with the closing parenthesis.
    pub(super) fn identifiers(&mut self) -> Result<Vec<String>, FilterError> {
        let mut names = vec![self.identifier()?];
        while self.take(&Token::Comma) {
            names.push(self.identifier()?);
        }
        self.expect(&Token::RightParenthesis, "expected , or )")?;
        Ok(names)
    }

    pub(super) fn identifier(&mut self) -> Result<String, FilterError> {
        let Some(Token::Word(name) | Token::Name(name)) = self.peek(0) else {
            return Err(self.fault("expected the name of a key"));
        };
        let name = name.clone();
        self.at += 1;
        Ok(name)
    }

    /// Constants up to and with the closing parenthesis.
    pub(super) fn constants(&mut self) -> Result<Vec<Constant>, FilterError> {
        let mut constants = vec![self.constant()?];
        while self.take(&Token::Comma) {
            constants.push(self.constant()?);
        }
        self.expect(&Token::RightParenthesis, "expected , or )")?;
        Ok(constants)
    }

    /// True where a condition starts with its constant. A word is one only before a string or a date.
    pub(super) fn starts_constant(&self) -> bool {
        match self.peek(0) {
            Some(Token::Word(_)) => self.typed_constant_at(),
            Some(token) => matches!(
                token,
                Token::Text(_)
                    | Token::Integer(_)
                    | Token::Decimal(_)
                    | Token::Date(_)
                    | Token::Timestamp(_)
            ),
            None => false,
        }
    }

    fn typed_constant_at(&self) -> bool {
        let quoted = matches!(self.peek(1), Some(Token::Text(_)));
        let bare = matches!(self.peek(1), Some(Token::Date(_) | Token::Timestamp(_)));
        (self.is_keyword(0, "date") || self.is_keyword(0, "timestamp")) && (quoted || bare)
    }

    pub(super) fn constant(&mut self) -> Result<Constant, FilterError> {
        if self.typed_constant_at() {
            return self.typed_constant();
        }
        let constant = match self.peek(0) {
            Some(Token::Text(text)) => Constant::Text(text.clone()),
            Some(Token::Integer(value)) => Constant::Integer(*value),
            Some(Token::Decimal(value)) => Constant::Decimal(value.clone()),
            Some(Token::Date(day)) => Constant::Date(*day),
            Some(Token::Timestamp(moment)) => Constant::Timestamp(*moment),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("true") => Constant::Boolean(true),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("false") => {
                Constant::Boolean(false)
            }
            _ => return Err(self.fault("expected a constant")),
        };
        self.at += 1;
        Ok(constant)
    }

    /// `date '…'`, `date 2024-01-02`, `timestamp '…'` or `timestamp 2024-01-02 03:04:05`.
    fn typed_constant(&mut self) -> Result<Constant, FilterError> {
        let is_date = self.is_keyword(0, "date");
        self.at += 1;
        let constant = match self.peek(0) {
            Some(Token::Text(text)) if is_date => Moment::parse_date(text).map(Constant::Date),
            Some(Token::Text(text)) => Moment::parse_timestamp(text).map(Constant::Timestamp),
            Some(Token::Date(day)) if is_date => Some(Constant::Date(*day)),
            Some(Token::Date(moment) | Token::Timestamp(moment)) if !is_date => {
                Some(Constant::Timestamp(*moment))
            }
            _ => None,
        };
        let kind = if is_date {
            "expected a date"
        } else {
            "expected a timestamp"
        };
        let constant = constant.ok_or_else(|| self.fault(kind))?;
        self.at += 1;
        Ok(constant)
    }
}
