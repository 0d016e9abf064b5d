//! The layers of `src/`: folders import only folders below them, and no file is in an import circle.

// A test that cannot read its own files has failed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// What each folder of `src/`, or file next to the folders, may import; from the bottom up.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("text", &["model"]),
    ("rule", &["model", "text"]),
    ("query", &["model", "text", "rule"]),
    ("pairs", &["model", "text"]),
    ("ingest", &["model", "text", "pairs"]),
    ("regularity", &["model", "text"]),
    ("hunts", &["model", "text", "rule", "pairs"]),
    ("priority", &["model", "text", "rule"]),
    ("evaluate", &["model", "text", "rule", "pairs", "regularity", "hunts", "priority"]),
    ("report", &["model", "text", "rule", "ingest", "regularity", "hunts", "priority", "evaluate"]),
    (
        "detector",
        &[
            "model",
            "text",
            "rule",
            "pairs",
            "ingest",
            "regularity",
            "hunts",
            "priority",
            "evaluate",
            "report",
        ],
    ),
];

/// The public API and the JavaScript interface: they may import everything.
const FACES: &[&str] = &["lib", "wasm", "constants", "reports"];

/// A path inside the crate: `["rule", "window"]` is `src/rule/window.rs`.
type Module = Vec<String>;

/// The modules of the crate, each with the modules that it imports.
struct Imports(BTreeMap<Module, BTreeSet<Module>>);

#[test]
fn rooms_import_only_rooms_below_them() {
    let mut wrong = Vec::new();
    for (from, to) in Imports::of("src").arrows() {
        let (room, other) = (room_of(from), room_of(to));
        let allowed = MAY_IMPORT.iter().find(|(name, _)| *name == room).map(|(_, rooms)| *rooms);
        match allowed {
            _ if room == other || FACES.contains(&room) => {}
            Some(rooms) if rooms.contains(&other) => {}
            Some(_) => wrong.push(format!("{} -> {}", shown(from), shown(to))),
            None => wrong.push(format!("{room} is in no layer of this test")),
        }
    }
    assert!(wrong.is_empty(), "imports against the layers:\n{}", wrong.join("\n"));
}

#[test]
fn no_file_is_in_an_import_circle() {
    let circles: Vec<String> =
        ["src", "capture/src"].map(Imports::of).iter().flat_map(Imports::circles).collect();
    assert!(circles.is_empty(), "{} files in circles:\n{}", circles.len(), circles.join("\n"));
}

fn room_of(module: &Module) -> &str {
    module.first().map_or("lib", String::as_str)
}

fn shown(module: &Module) -> String {
    if module.is_empty() { "lib".to_owned() } else { module.join("::") }
}

impl Imports {
    /// The imports of the crate with its sources in this folder.
    fn of(folder: &str) -> Imports {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut files = BTreeMap::new();
        find_files(&root, &mut Vec::new(), &mut files);
        assert!(files.len() > 15, "only {} files in {}", files.len(), root.display());
        let modules: BTreeSet<Module> = files.keys().cloned().collect();
        let imports = files.into_iter().map(|(module, file)| {
            let imported = imported_by(&module, &file, &modules);
            (module, imported)
        });
        Imports(imports.collect())
    }

    fn circles(&self) -> Vec<String> {
        let ways = self.0.keys().filter_map(|module| self.way(module, module));
        ways.map(|way| way.iter().map(shown).collect::<Vec<_>>().join(" -> ")).collect()
    }

    fn arrows(&self) -> impl Iterator<Item = (&Module, &Module)> {
        self.0.iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to)))
    }

    /// The shortest path along imports, of at least one step.
    fn way(&self, from: &Module, to: &Module) -> Option<Vec<Module>> {
        let mut ways = std::collections::VecDeque::from([vec![from.clone()]]);
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop_front() {
            for next in way.last().and_then(|last| self.0.get(last)).into_iter().flatten() {
                let longer = [way.as_slice(), std::slice::from_ref(next)].concat();
                if next == to {
                    return Some(longer);
                }
                if seen.insert(next.clone()) {
                    ways.push_back(longer);
                }
            }
        }
        None
    }
}

/// The source files below a folder by their modules, without those of tests.
fn find_files(folder: &Path, module: &mut Module, files: &mut BTreeMap<Module, PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            module.push(stem);
            find_files(&path, module, files);
            module.pop();
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let is_face_of_folder = stem == "mod" || stem == "lib";
            let own = if is_face_of_folder { Vec::new() } else { vec![stem] };
            files.insert([module.as_slice(), &own].concat(), path);
        }
    }
}

fn imported_by(module: &Module, file: &Path, modules: &BTreeSet<Module>) -> BTreeSet<Module> {
    let parsed = syn::parse_file(&fs::read_to_string(file).unwrap()).unwrap();
    let mut paths = Paths::default();
    paths.visit_file(&parsed);
    let targets = paths.0.iter().filter_map(|path| target(module, path, modules));
    targets.filter(|target| target != module).collect()
}

/// The module that a path names or leads into; none if it leads out of the crate.
fn target(module: &Module, path: &[String], modules: &BTreeSet<Module>) -> Option<Module> {
    let mut names = path.iter().peekable();
    let mut at = module.clone();
    match path.first().map(String::as_str) {
        Some("crate") => {
            at.clear();
            names.next();
        }
        Some("self" | "super") => {
            while let Some(name) = names.next_if(|name| *name == "self" || *name == "super") {
                if name == "super" {
                    at.pop();
                }
            }
        }
        // A module declared here, or an item of another crate.
        Some(name) => {
            at.push(name.to_owned());
            names.next();
            modules.contains(&at).then_some(())?;
        }
        None => return None,
    }
    for name in names {
        at.push(name.clone());
        if !modules.contains(&at) {
            at.pop();
            break;
        }
    }
    Some(at)
}

/// All paths of a file, without those of its unit tests.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl Paths {
    fn add_use(&mut self, before: &[String], tree: &syn::UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.add_use(&with(&path.ident), &path.tree),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.add_use(before, item)),
            syn::UseTree::Name(name) => self.0.push(with(&name.ident)),
            syn::UseTree::Rename(rename) => self.0.push(with(&rename.ident)),
            syn::UseTree::Glob(_) => self.0.push(before.to_vec()),
        }
    }
}

impl Visit<'_> for Paths {
    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        let is_test = item.attrs.iter().any(|attribute| {
            attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Path>().is_ok_and(|what| what.is_ident("test"))
        });
        if !is_test {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        self.add_use(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &syn::Path) {
        if path.segments.len() > 1 {
            self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_visibility(&mut self, _: &syn::Visibility) {}
}
