//! Reads the IDL into our own model; all our conventions about annotations (told at the head of the IDL) are understood
//! here.
//!
//! A parser from a library would take longer to build than all that this crate needs otherwise, for the little grammar
//! that the IDL uses. The tests read the same file with one.

use crate::idl::{Const, Enum, Field, Idl, Kind, Method, Older, Struct, Ty, Value, Versions};
use crate::lexer::{Token, Word, tokens};

type Result<T> = std::result::Result<T, String>;

/// Reads the whole IDL.
pub(crate) fn read(text: &str) -> Result<Idl> {
    let mut reader = Reader {
        left: tokens(text)?.into_iter().peekable(),
        line: 0,
    };
    let mut idl = Idl {
        enums: Vec::new(),
        structs: Vec::new(),
        consts: Vec::new(),
        methods: Vec::new(),
    };
    while reader.left.peek().is_some() {
        reader
            .item(&mut idl)
            .map_err(|why| format!("line {}: {why}", reader.line))?;
    }
    idl.methods.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(idl)
}

/// What stands in parentheses behind an item.
type Notes = Vec<(String, String)>;

fn note(notes: &[(String, String)], key: &str) -> Option<String> {
    let found = notes.iter().find(|(name, _)| name == key);
    found.map(|(_, value)| value.clone())
}

fn versions(notes: &[(String, String)]) -> Versions {
    Versions {
        since: note(notes, "since"),
        until: note(notes, "until"),
    }
}

/// The comment above an item, without headings of topics, which start with dashes.
fn comment(lines: Vec<String>) -> Vec<String> {
    lines
        .into_iter()
        .filter(|line| !line.is_empty() && !line.starts_with("--"))
        .collect()
}

struct Reader {
    left: std::iter::Peekable<std::vec::IntoIter<Token>>,
    /// Of the last word.
    line: usize,
}

impl Reader {
    fn next(&mut self) -> Result<Token> {
        let token = self.left.next().ok_or("the IDL ends in the middle")?;
        self.line = token.line;
        Ok(token)
    }

    /// Takes the next word if it is this one.
    fn takes(&mut self, wanted: &Word) -> bool {
        let found = self.left.next_if(|token| token.word == *wanted);
        found.inspect(|token| self.line = token.line).is_some()
    }

    fn takes_mark(&mut self, mark: char) -> bool {
        self.takes(&Word::Mark(mark))
    }

    fn takes_name(&mut self, name: &str) -> bool {
        self.takes(&Word::Name(name.to_owned()))
    }

    fn mark(&mut self, wanted: char) -> Result<()> {
        match self.next()?.word {
            Word::Mark(mark) if mark == wanted => Ok(()),
            other => Err(format!("{other:?} stands where `{wanted}` is due")),
        }
    }

    fn name(&mut self) -> Result<String> {
        match self.next()?.word {
            Word::Name(name) => Ok(name),
            other => Err(format!("{other:?} stands where a name is due")),
        }
    }

    fn number(&mut self) -> Result<i64> {
        match self.next()?.word {
            Word::Number(number) => Ok(number),
            other => Err(format!("{other:?} stands where a number is due")),
        }
    }

    /// What stands between the parts of a list, if anything.
    fn separator(&mut self) {
        let _ = self.takes_mark(',') || self.takes_mark(';');
    }

    fn item(&mut self, idl: &mut Idl) -> Result<()> {
        let Token { word, comments, .. } = self.next()?;
        let Word::Name(keyword) = word else {
            return Err(format!("no item begins with {word:?}"));
        };
        match keyword.as_str() {
            "namespace" => {
                self.name()?;
                self.name()?;
            }
            "const" => {
                let ty = self.ty()?;
                let name = self.name()?;
                self.mark('=')?;
                let value = self.value()?;
                idl.consts.push(Const { name, ty, value });
            }
            "enum" => idl.enums.push(self.enumeration()?),
            "struct" => idl.structs.push(self.structure(Kind::Struct, comments)?),
            "union" => idl.structs.push(self.structure(Kind::Union, comments)?),
            "exception" => idl.structs.push(self.structure(Kind::Exception, comments)?),
            "service" => {
                self.name()?;
                if self.takes_name("extends") {
                    self.name()?;
                }
                self.mark('{')?;
                while !self.takes_mark('}') {
                    idl.methods.push(self.method()?);
                }
            }
            other => return Err(format!("the generator does not know `{other}`")),
        }
        self.separator();
        Ok(())
    }

    fn enumeration(&mut self) -> Result<Enum> {
        let name = self.name()?;
        let mut members = Vec::new();
        self.mark('{')?;
        while !self.takes_mark('}') {
            let member = self.name()?;
            self.mark('=')?;
            let number = self.number()?;
            members.push((member, number, versions(&self.notes()?)));
            self.separator();
        }
        Ok(Enum {
            name,
            doc: versions(&self.notes()?).sentence().into_iter().collect(),
            members,
        })
    }

    fn structure(&mut self, kind: Kind, comments: Vec<String>) -> Result<Struct> {
        let name = self.name()?;
        self.mark('{')?;
        let fields = self.fields('}')?;
        let mut doc = comment(comments);
        doc.extend(versions(&self.notes()?).sentence());
        Ok(Struct {
            name,
            kind,
            doc,
            fields,
        })
    }

    /// Fields up to `end`, in the order of their numbers.
    fn fields(&mut self, end: char) -> Result<Vec<Field>> {
        let mut fields = Vec::new();
        while !self.takes_mark(end) {
            fields.push(self.field()?);
            self.separator();
        }
        fields.sort_by_key(|field| field.id);
        Ok(fields)
    }

    fn field(&mut self) -> Result<Field> {
        let id = i16::try_from(self.number()?).map_err(|failure| failure.to_string())?;
        self.mark(':')?;
        let required = self.takes_name("required");
        let _ = self.takes_name("optional");
        let ty = self.ty()?;
        let name = self.name()?;
        let default = if self.takes_mark('=') {
            Some(self.value()?)
        } else {
            None
        };
        let notes = self.notes()?;
        let was = note(&notes, "was").unwrap_or_default();
        let was = was.split(';').filter(|form| !form.is_empty());
        let old_id = note(&notes, "old_id").map(|id| id.parse());
        Ok(Field {
            id,
            name,
            ty,
            required,
            default,
            was: was.map(older).collect::<Result<_>>()?,
            old_id: old_id
                .transpose()
                .map_err(|_| "`old_id` is no number".to_owned())?,
            renamed: note(&notes, "renamed"),
            required_since: note(&notes, "required_since"),
            versions: versions(&notes),
        })
    }

    fn method(&mut self) -> Result<Method> {
        let doc = self.left.peek_mut().map(|token| &mut token.comments);
        let doc = comment(doc.map(std::mem::take).unwrap_or_default());
        let oneway = self.takes_name("oneway");
        let returns = if self.takes_name("void") {
            None
        } else {
            Some(self.ty()?)
        };
        let name = self.name()?;
        self.mark('(')?;
        let mut args = self.fields(')')?;
        let mut throws = Vec::new();
        if self.takes_name("throws") {
            self.mark('(')?;
            throws = self.fields(')')?;
        }
        for field in args.iter_mut().chain(&mut throws) {
            field.required = false;
        }
        let notes = self.notes()?;
        self.separator();
        Ok(Method {
            name,
            doc,
            oneway,
            returns,
            returned: note(&notes, "returned"),
            args,
            throws,
            versions: versions(&notes),
        })
    }

    fn notes(&mut self) -> Result<Notes> {
        let mut notes = Vec::new();
        if !self.takes_mark('(') {
            return Ok(notes);
        }
        while !self.takes_mark(')') {
            let key = self.name()?;
            self.mark('=')?;
            match self.next()?.word {
                Word::Text(value) => notes.push((key, value)),
                other => return Err(format!("{other:?} stands where a text is due")),
            }
            self.separator();
        }
        Ok(notes)
    }

    fn ty(&mut self) -> Result<Ty> {
        let name = self.name()?;
        Ok(match name.as_str() {
            "list" => Ty::List(Box::new(self.inner()?)),
            "set" => Ty::Set(Box::new(self.inner()?)),
            "map" => {
                self.mark('<')?;
                let key = self.ty()?;
                self.mark(',')?;
                let value = self.ty()?;
                self.mark('>')?;
                Ty::Map(Box::new(key), Box::new(value))
            }
            name => simple(name),
        })
    }

    fn inner(&mut self) -> Result<Ty> {
        self.mark('<')?;
        let ty = self.ty()?;
        self.mark('>')?;
        Ok(ty)
    }

    fn value(&mut self) -> Result<Value> {
        Ok(match self.next()?.word {
            Word::Number(number) => Value::Int(number),
            Word::Text(text) => Value::String(text),
            Word::Name(name) if name == "true" || name == "false" => Value::Bool(name == "true"),
            Word::Name(name) => match name.split_once('.') {
                Some((of, member)) => Value::Member(of.to_owned(), member.to_owned()),
                None => return Err(format!("`{name}` is no value")),
            },
            other @ Word::Mark(_) => return Err(format!("{other:?} is no value")),
        })
    }
}

fn simple(name: &str) -> Ty {
    match name {
        "bool" => Ty::Bool,
        "byte" | "i8" => Ty::I8,
        "i16" => Ty::I16,
        "i32" => Ty::I32,
        "i64" => Ty::I64,
        "double" => Ty::Double,
        "string" => Ty::String,
        "binary" => Ty::Binary,
        name => Ty::Named(name.to_owned()),
    }
}

fn older(text: &str) -> Result<Older> {
    let mut words = text.trim().splitn(3, ' ');
    let (Some(ty), Some(name), Some(when)) = (words.next(), words.next(), words.next()) else {
        return Err(format!("`{text}` is not TYPE NAME WHEN"));
    };
    Ok(Older {
        ty: older_type(ty),
        name: name.to_owned(),
        when: when.to_owned(),
    })
}

/// A type inside an annotation.
fn older_type(text: &str) -> Ty {
    let inside = |prefix: &str| {
        text.strip_prefix(prefix)
            .and_then(|it| it.strip_suffix('>'))
    };
    if let Some(inner) = inside("list<") {
        return Ty::List(Box::new(older_type(inner)));
    }
    if let Some(inner) = inside("set<") {
        return Ty::Set(Box::new(older_type(inner)));
    }
    simple(text)
}
