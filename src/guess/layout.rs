//! From a sample of a place to a layout: the kit of a service's logs where its layout reads what was seen, else a template made
//! of the levels, checked against the sample by the layout itself.

use super::given::template_keys;
use super::level::{Form, TimeUnit, is_account, is_region};
use super::strays::form;
use super::template::{Template, template};
use crate::hive::directory_name::is_hidden;
use crate::kit::{self, Kit};
use crate::layout::Layout;
use crate::model::{Column, SampledDirectory, SampledFile};
use std::collections::{BTreeMap, BTreeSet};

/// Things that are listed as left out at most.
pub const LEFT_OUT_MAX: usize = 100;
/// Of a hundred directories with data, how many a kit's layout must read.
const KIT_PERCENT_LEAST: usize = 80;
/// Names of a level at most that are weighed: among more, one says little.
const WEIGHED_NAMES_MAX: usize = 200;
/// How often a name must come, by and large, for it to be the value of a key and not the name of a writer's own directory.
const REPEATED_LEAST: usize = 2;

/// How the directories of a place most likely tell partition values.
#[derive(Debug, Clone, Default)]
pub struct LayoutGuess {
    /// The template; empty where nothing speaks for partitions.
    pub template: String,
    /// The partition keys in the order of the template.
    pub keys: Vec<Column>,
    /// The kit of the service whose logs they are.
    pub kit: Option<&'static Kit>,
    /// What it rests on, in words.
    pub evidence: Vec<String>,
    /// Directories with data in the sample.
    pub seen: usize,
    /// How many of those are partitions by it.
    pub fitting: usize,
    /// What it would leave out: paths below the place, and why; up to [`LEFT_OUT_MAX`].
    pub left_out: Vec<(String, String)>,
}

/// One level of directories.
struct Level {
    form: Form,
    /// Names that were seen, and how many different ones.
    names: usize,
    different: usize,
    /// How many of the different ones have the form.
    alike: usize,
    example: String,
}

impl Level {
    /// What its names look like, in words.
    fn shown(&self) -> String {
        let (form, example) = (self.form.shown(), &self.example);
        match (self.alike, self.different) {
            (1, 1) => format!("1 name, {example:?}: {form}"),
            (alike, all) if alike == all => format!("{all} names such as {example:?}: {form}"),
            (1, all) => format!("1 of {all} names, {example:?}, looks like {form}"),
            (alike, all) => format!("{alike} of {all} names look like {form}, such as {example:?}"),
        }
    }
}

impl LayoutGuess {
    /// Tells of a directory below the place whether it is a partition's or lies in one; without partitions every one has files
    /// of the table.
    pub fn holding(&self) -> impl Fn(&str) -> bool + use<> {
        let layout = Layout::parse(&self.template, &self.keys);
        let layout = layout.ok().filter(|_| !self.template.is_empty());
        move |path| layout.as_ref().is_none_or(|layout| fits(layout, path))
    }

    /// Whether it is a layout that reads none of the directories with data.
    pub fn fits_none(&self) -> bool {
        !self.template.is_empty() && self.fitting == 0
    }
}

/// Guesses the layout of a sample, or tries the one that is given on it. The first directory of the sample is the place itself.
pub fn layout(sample: &[SampledDirectory], given: Option<&str>) -> LayoutGuess {
    let with_data: Vec<&str> = sample
        .iter()
        .filter(|directory| has_data(directory) && is_visible(&directory.path))
        .map(|directory| directory.path.as_str())
        .collect();
    let mut guess = LayoutGuess {
        seen: with_data.len(),
        ..LayoutGuess::default()
    };
    if let Some(template) = given {
        template.clone_into(&mut guess.template);
        guess.keys = template_keys(template);
    } else if let Some(kit) = kit_of(&with_data) {
        guess.evidence.push(format!(
            "the directories are those of {} ({})",
            kit.title, kit.layout
        ));
        kit.layout.clone_into(&mut guess.template);
        guess.keys = kit.partition_keys();
        guess.kit = Some(kit);
    } else {
        of_levels(sample, &mut guess);
    }
    settle(sample, &with_data, &mut guess);
    guess
}

/// Whether a directory holds data itself, as discovery understands it.
fn has_data(directory: &SampledDirectory) -> bool {
    let is_data = |file: &SampledFile| file.bytes > 0 && !is_hidden(&file.name);
    directory.files.iter().any(is_data)
}

fn is_visible(path: &str) -> bool {
    !path.split('/').any(is_hidden)
}

/// The first segments of a path.
fn cut(path: &str, depth: usize) -> Option<&str> {
    let mut ends = path.match_indices('/').map(|(at, _)| at);
    match (depth, path) {
        (0, _) | (_, "") => None,
        _ => match ends.nth(depth - 1) {
            Some(end) => path.get(..end),
            None => (path.split('/').count() == depth).then_some(path),
        },
    }
}

/// Whether a directory is a partition's by the layout, or lies in one.
fn fits(layout: &Layout, path: &str) -> bool {
    cut(path, layout.depth()).is_some_and(|cut| layout.read(cut).is_ok())
}

fn kit_of(with_data: &[&str]) -> Option<&'static Kit> {
    kit::all().iter().copied().find(|kit| {
        let keys = kit.partition_keys();
        let Ok(layout) = Layout::parse(kit.layout, &keys) else {
            return false;
        };
        let is_of_kit = |path: &&&str| {
            let values = cut(path, layout.depth()).and_then(|path| layout.read(path).ok());
            values.is_some_and(|values| {
                keys.iter()
                    .zip(&values)
                    .all(|(key, value)| match key.name.as_str() {
                        "account" => is_account(value),
                        "region" => is_region(value),
                        _ => true,
                    })
            })
        };
        let read = with_data.iter().filter(is_of_kit).count();
        read > 0 && read * 100 >= with_data.len() * KIT_PERCENT_LEAST
    })
}

/// Looks at one level after the other and makes a template of those that tell something.
fn of_levels(sample: &[SampledDirectory], guess: &mut LayoutGuess) {
    let mut levels = levels(sample);
    for (position, level) in levels.iter().enumerate() {
        let told = level.shown();
        guess
            .evidence
            .push(format!("level {}: {told}", position + 1));
    }
    let telling = levels.iter().rposition(|level| level.form.is_telling());
    let Some(telling) = telling else {
        if !levels.is_empty() {
            let why = "no level tells a time or key=value by enough of its names: each directory may be a table of its own; where they are values of a key, say so with a layout such as {name}";
            guess.evidence.push(why.to_owned());
        }
        return;
    };
    let kept = levels[telling + 1..]
        .iter()
        .take_while(|level| match level.form {
            Form::Text => level.names >= level.different * REPEATED_LEAST,
            _ => true,
        });
    let kept = telling + 1 + kept.count();
    if kept < levels.len() {
        let why = "the names of deeper levels tell nothing and hardly come twice: those directories belong to their partition, and engines read them only where they look into directories below a partition's";
        guess.evidence.push(why.to_owned());
    }
    levels.truncate(kept);
    let Template { text, keys } = template(levels.iter().map(|level| &level.form));
    guess.template = text;
    guess.keys = keys;
}

fn levels(sample: &[SampledDirectory]) -> Vec<Level> {
    let by_path: BTreeMap<&str, &SampledDirectory> = sample
        .iter()
        .map(|directory| (directory.path.as_str(), directory))
        .collect();
    let data_below = data_below(sample);
    let mut levels = Vec::new();
    let mut current: Vec<&SampledDirectory> = sample.first().into_iter().collect();
    let mut above: Option<TimeUnit> = None;
    loop {
        let children: Vec<(&str, String)> = current
            .iter()
            .flat_map(|directory| directory.directories.iter().map(|name| (*directory, name)))
            .filter(|(_, name)| !is_hidden(name))
            .map(|(directory, name)| (name.as_str(), child(&directory.path, name)))
            .collect();
        let names: Vec<&str> = children.iter().map(|(name, _)| *name).collect();
        let Some(example) = names.first() else {
            return levels;
        };
        let form = form(&weighed(&children, &by_path, &data_below), above);
        let with_data = current.iter().filter(|one| has_data(one)).count();
        // Where most have data already, what lies deeper is their own matter unless it tells something.
        if !levels.is_empty() && with_data * 2 >= current.len() && !form.is_telling() {
            return levels;
        }
        above = form.finest().or(above);
        let example = names.iter().find(|name| form.fits(name)).unwrap_or(example);
        let example = (*example).to_owned();
        let children = current.iter().flat_map(|directory| {
            let children = directory.directories.iter().filter(|name| form.fits(name));
            children.filter_map(|name| by_path.get(child(&directory.path, name).as_str()))
        });
        current = children.copied().collect();
        let different: BTreeSet<&str> = names.iter().copied().collect();
        levels.push(Level {
            different: different.len(),
            alike: different.iter().filter(|name| form.fits(name)).count(),
            names: names.len(),
            example,
            form,
        });
    }
}

/// How many directories with data each directory of a sample holds, itself included.
fn data_below(sample: &[SampledDirectory]) -> BTreeMap<&str, usize> {
    let mut below = BTreeMap::new();
    for directory in sample.iter().filter(|directory| has_data(directory)) {
        let path = directory.path.as_str();
        let ends = path.match_indices('/').map(|(at, _)| at);
        for end in ends.chain([path.len()]) {
            *below.entry(&path[..end]).or_default() += 1;
        }
    }
    below
}

/// Names by what lies below them: one directory beside the others, empty or with a file or two, must not decide what the names
/// of a level are. Each comes as often as there are directories with data below it.
fn weighed<'n>(
    children: &[(&'n str, String)],
    listed: &BTreeMap<&str, &SampledDirectory>,
    data_below: &BTreeMap<&str, usize>,
) -> Vec<&'n str> {
    let all = || children.iter().map(|(name, _)| *name).collect();
    if children.len() > WEIGHED_NAMES_MAX {
        return all();
    }
    let weight = |path: &str| data_below.get(path).copied().unwrap_or(0);
    let known: Vec<usize> = children
        .iter()
        .filter(|(_, path)| listed.contains_key(path.as_str()))
        .map(|(_, path)| weight(path))
        .collect();
    // What was not looked into is taken to be as the others are.
    let usual = known
        .iter()
        .sum::<usize>()
        .div_ceil(known.len().max(1))
        .max(1);
    let weighed: Vec<&str> = children
        .iter()
        .flat_map(|(name, path)| {
            let is_known = listed.contains_key(path.as_str());
            let weight = if is_known { weight(path) } else { usual };
            std::iter::repeat_n(*name, weight)
        })
        .collect();
    if weighed.is_empty() { all() } else { weighed }
}

fn child(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}/{name}")
    }
}

/// Tries the template on the sample: what it reads, and what it would leave out.
fn settle(sample: &[SampledDirectory], with_data: &[&str], guess: &mut LayoutGuess) {
    let odd = sample.iter().flat_map(|directory| &directory.odd).cloned();
    guess.left_out = odd.take(LEFT_OUT_MAX).collect();
    if guess.template.is_empty() {
        return;
    }
    let layout = match Layout::parse(&guess.template, &guess.keys) {
        Ok(layout) => layout,
        Err(failure) => {
            // A name that no template can write, such as one with a control character.
            guess.evidence.push(failure.to_string());
            guess.template.clear();
            guess.keys.clear();
            guess.kit = None;
            return;
        }
    };
    let fitting = with_data.iter().filter(|path| fits(&layout, path));
    guess.fitting = fitting.count();
    let mut left_out = |path: &str, why: String| {
        if guess.left_out.len() < LEFT_OUT_MAX {
            guess.left_out.push((path.to_owned(), why));
        }
    };
    for directory in sample {
        let depth = directory
            .path
            .split('/')
            .filter(|part| !part.is_empty())
            .count();
        if has_data(directory) && depth < layout.depth() && admits(&layout, &directory.path) {
            left_out(
                &directory.path,
                "files that lie above the partitions".to_owned(),
            );
        }
        if depth >= layout.depth() || !admits(&layout, &directory.path) {
            continue;
        }
        for name in &directory.directories {
            let path = child(&directory.path, name);
            if is_hidden(name) {
                left_out(&path, "a name that begins with _ or . is hidden".to_owned());
                continue;
            }
            let segments: Vec<&str> = path.split('/').collect();
            if let Err(mismatch) = layout.admits(&segments) {
                left_out(&path, mismatch.reason);
            }
        }
    }
}

fn admits(layout: &Layout, path: &str) -> bool {
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    segments.is_empty() || layout.admits(&segments).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{SampledDirectory, SampledFile, layout};
    use std::collections::BTreeMap;

    /// The sample of a place with these directories, each with so many files.
    fn sample(directories: &[(&str, usize)]) -> Vec<SampledDirectory> {
        let mut all: BTreeMap<String, SampledDirectory> = BTreeMap::new();
        let mut enter = |path: &str| {
            let directory = all.entry(path.to_owned()).or_default();
            path.clone_into(&mut directory.path);
        };
        enter("");
        for (path, _) in directories {
            let ends = path.match_indices('/').map(|(at, _)| at);
            for end in ends.chain([path.len()]) {
                enter(&path[..end]);
            }
        }
        let paths: Vec<String> = all
            .keys()
            .filter(|path| !path.is_empty())
            .cloned()
            .collect();
        for path in paths {
            let (above, name) = path.rsplit_once('/').unwrap_or(("", &path));
            if let Some(above) = all.get_mut(above) {
                above.directories.push(name.to_owned());
            }
        }
        for (path, files) in directories {
            if let Some(directory) = all.get_mut(*path) {
                directory.files = (0..*files)
                    .map(|number| SampledFile {
                        name: format!("part-{number}"),
                        bytes: 1,
                        modified_at: 0,
                    })
                    .collect();
            }
        }
        all.into_values().collect()
    }

    #[test]
    fn a_stray_directory_without_data_says_nothing_of_a_level() {
        let guess = layout(
            &sample(&[("2026-11-25", 1), ("tmp/a", 0), ("tmp/b", 0), ("old", 0)]),
            None,
        );
        assert_eq!(guess.template, "{dt:%Y-%m-%d}", "{:?}", guess.evidence);
        assert_eq!((guess.seen, guess.fitting), (1, 1));
        let left_out: Vec<&str> = guess
            .left_out
            .iter()
            .map(|(path, _)| path.as_str())
            .collect();
        assert_eq!(left_out, ["old", "tmp"]);
    }

    #[test]
    fn names_weigh_by_the_directories_with_data_below_them() {
        // By their number alone, half of the names are dates.
        let guess = layout(
            &sample(&[
                ("2026-11-25/00", 1),
                ("2026-11-25/01", 1),
                ("2026-11-25/02", 1),
                ("tmp", 1),
            ]),
            None,
        );
        assert_eq!(
            guess.template, "{dt:%Y-%m-%d}/{hour:%H}",
            "{:?}",
            guess.evidence
        );
        assert_eq!((guess.seen, guess.fitting), (4, 3));
        assert_eq!(guess.left_out.len(), 1, "{:?}", guess.left_out);
    }

    #[test]
    fn strays_beside_the_form_of_some_are_left_out_and_told() {
        let places = [
            ("2026-11-24", 1),
            ("2026-11-25", 1),
            ("tmp", 1),
            ("backup.old", 1),
        ];
        let guess = layout(&sample(&places), None);
        assert_eq!(guess.template, "{dt:%Y-%m-%d}", "{:?}", guess.evidence);
        assert_eq!((guess.seen, guess.fitting), (4, 2));
        assert!(guess.evidence[0].contains("2 of 4 names look like a time"));
        let holds = guess.holding();
        assert!(holds("2026-11-24") && holds("2026-11-24/below"));
        assert!(!holds("tmp") && !holds(""));
        let alone = layout(&sample(&[("dt=2026-11-24", 1)]), None);
        assert!(alone.evidence[0].contains("1 name, \"dt=2026-11-24\""));
    }

    #[test]
    fn a_layout_that_reads_nothing_says_so() {
        let guess = layout(&sample(&[("a", 1), ("b", 1)]), Some("{dt:%Y}"));
        assert!(guess.fits_none());
        assert!(!guess.holding()("a"));
        let guess = layout(&sample(&[("a", 1), ("b", 1)]), None);
        assert!(!guess.fits_none());
        assert!(guess.holding()("a"));
    }

    #[test]
    fn a_rival_that_outweighs_the_others_leaves_it_open() {
        let mut places = vec![("2026-11-25", 1), ("2026-11-26", 1)];
        places.extend(["a", "b", "c", "d", "e", "f", "g"].map(|name| (name, 1)));
        let guess = layout(&sample(&places), None);
        assert_eq!(guess.template, "");
        let evidence = guess.evidence.join("; ");
        assert!(evidence.contains("no level tells a time"), "{evidence}");
    }
}
