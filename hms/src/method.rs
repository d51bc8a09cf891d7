//! The table of all methods of the IDL: which exceptions each declares, and since when it is there.
//! A server joins its handlers to it by name.

include!(concat!(env!("OUT_DIR"), "/methods.rs"));

/// One method of the IDL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodInfo {
    /// The name on the wire.
    pub name: &'static str,
    /// True when the client waits for no answer.
    pub oneway: bool,
    /// True when the reply has no `success`.
    pub returns_void: bool,
    /// The exceptions that the reply may carry.
    pub exceptions: &'static [Throw],
    /// The first Hive version that has the method; `2.3` means 2.3 or older.
    pub since: &'static str,
    /// The last Hive version that has it, if it is gone.
    pub until: Option<&'static str>,
}

impl MethodInfo {
    /// The field of the reply that carries an exception, if the method declares it.
    pub fn exception_id(&self, kind: ExceptionKind) -> Option<i16> {
        self.exceptions
            .iter()
            .find(|throw| throw.kind == kind)
            .map(|throw| throw.id)
    }
}

/// One exception that a method declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throw {
    /// The field of the reply.
    pub id: i16,
    /// The exception, in the newest version.
    pub kind: ExceptionKind,
    /// What clients of older versions take the same field for.
    pub older: Option<ExceptionKind>,
    /// The field that carried it in an older version.
    pub old_id: Option<i16>,
    /// The first Hive version whose clients know it; older ones answer "unknown result".
    pub since: &'static str,
}

/// Finds a method by its name on the wire.
pub fn method(name: &str) -> Option<&'static MethodInfo> {
    let index = METHODS.binary_search_by(|info| info.name.cmp(name)).ok()?;
    METHODS.get(index)
}
