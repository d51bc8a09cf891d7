//! Lists of names, thousands of them in one row: a row for each would cost more than the names do.

use crate::store::sql::dialect::NAME_SEPARATOR;
use crate::store::sql::failure::Failure;
use crate::store::sql::session::Session;
use crate::store::sql::statement::Statement;

/// Most names that one statement gives. Their text stays below MySQL's smallest usual `max_allowed_packet`.
pub(in crate::store) const NAMES_PER_STATEMENT_MAX: usize = 10_000;

impl Session {
    /// Starts a statement for [`Self::name_list`]; what follows is a SELECT of `name` in parentheses, called `n`.
    pub(in crate::store) fn names_statement<'a>(&self, text: &'static str) -> Statement<'a> {
        self.statement(self.dialect().names_joined()).text(text)
    }

    /// The names that a statement finds, in byte order.
    pub(in crate::store) async fn name_list(
        &mut self,
        statement: &Statement<'_>,
    ) -> Result<Vec<String>, Failure> {
        let Some(row) = self.row(statement).await? else {
            return Ok(Vec::new());
        };
        let mut cells = row.cells();
        let count = usize::try_from(cells.integer()?).map_err(Failure::fault)?;
        let Some(text) = cells.text_or_null()? else {
            return Ok(Vec::new());
        };
        let mut names = Vec::with_capacity(count);
        names.extend(text.split(NAME_SEPARATOR).map(str::to_owned));
        // MySQL cuts what is too long for its settings, and only warns.
        if names.len() != count {
            return Err(Failure::fault(format!(
                "{count} names came as {}",
                names.len()
            )));
        }
        // The order of what an aggregate puts together is nobody's promise.
        if !names.is_sorted() {
            names.sort_unstable();
        }
        Ok(names)
    }
}
