//! How far the index of words has followed the log of events.

use crate::error::Result;
use crate::store::sql::failure::Failure;
use crate::store::sql::session::Session;

/// What stands for the number of a table where the walk is over: no table has it.
const WALKED: i64 = -1;

/// The same where words of tables may be left that are gone.
const SWEEPING: i64 = -2;

/// The row's key. That of versions before the index knew catalogs was `words`.
const KEY: &str = "entries";

/// Up to where the index knows what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchPlace {
    /// The last event that the index has followed.
    pub event_id: i64,
    /// The last table that the walk through all of them has seen; [`Self::is_followed`] says whether it is over.
    pub walked_to: i64,
}

impl SearchPlace {
    /// Nothing is known yet but that the walk need not look at what happens after an event: it is followed then.
    pub fn at_the_beginning(event_id: i64) -> Self {
        Self {
            event_id,
            walked_to: 0,
        }
    }

    /// Whether all tables were walked through, so that only events are to be followed.
    pub fn is_followed(self) -> bool {
        self.walked_to == WALKED
    }

    /// Whether words of tables that are gone are to be forgotten first.
    pub fn is_sweeping(self) -> bool {
        self.walked_to == SWEEPING
    }

    /// Tables are gone, or may be, whose words are known still.
    #[must_use]
    pub fn before_the_sweep(self) -> Self {
        self.walked_to(SWEEPING)
    }

    /// The walk has seen the tables up to this number.
    #[must_use]
    pub fn walked_to(self, table_id: i64) -> Self {
        Self {
            walked_to: table_id,
            ..self
        }
    }

    /// What is gone is forgotten, and only events are to be followed.
    #[must_use]
    pub fn after_the_sweep(self) -> Self {
        self.walked_to(WALKED)
    }

    /// The events up to this number are known.
    #[must_use]
    pub fn after_event(self, event_id: i64) -> Self {
        Self { event_id, ..self }
    }
}

impl Session {
    /// Where the index stands; `None` where nobody has begun it.
    pub async fn search_place(&mut self) -> Result<Option<SearchPlace>> {
        let statement = self
            .statement("SELECT event_id, walked_to FROM skep_search_places WHERE name = ?")
            .bind(KEY);
        let row = self.row(&statement).await?;
        let place = row.as_ref().map(|row| {
            let mut cells = row.cells();
            Ok(SearchPlace {
                event_id: cells.integer()?,
                walked_to: cells.integer()?,
            })
        });
        Ok(place.transpose().map_err(|failure: Failure| failure)?)
    }

    /// Moves it on from where it was seen; false where somebody else has moved it meanwhile. The row is held until the
    /// transaction ends, so one process at a time writes words.
    pub async fn search_place_move(
        &mut self,
        seen: Option<SearchPlace>,
        next: SearchPlace,
    ) -> Result<bool> {
        let changed = match seen {
            None => {
                let statement = self
                    .statement(
                        "INSERT INTO skep_search_places (name, event_id, walked_to) VALUES (?, ?, ?)",
                    )
                    .bind(KEY)
                    .bind(next.event_id)
                    .bind(next.walked_to)
                    .upsert(&["name"], &[]);
                self.execute(&statement).await?
            }
            Some(seen) => {
                let statement = self
                    .statement(
                        "UPDATE skep_search_places SET event_id = ?, walked_to = ?
                         WHERE name = ? AND event_id = ? AND walked_to = ?",
                    )
                    .bind(next.event_id)
                    .bind(next.walked_to)
                    .bind(KEY)
                    .bind(seen.event_id)
                    .bind(seen.walked_to);
                self.execute(&statement).await?
            }
        };
        Ok(changed > 0 || seen == Some(next))
    }
}
