use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Contents, PackageError, for_each_file};

const FILES: [(&str, &str); 5] = [
    ("b/Feed_Complet_20260901_PersRelEleve_0000.xml", "<relatives/>"),
    ("Feed_Complet_20260901_Eleve_0001.xml", "<second/>"),
    ("ficAlimMENESR.dtd", "<!ELEMENT a (b)>"),
    ("__MACOSX/._Feed.xml", "fork"),
    ("Feed_Complet_20260901_Eleve_0000.XML", "<first/>"),
];

fn read_all(paths: &[PathBuf]) -> (Vec<(String, String)>, Contents) {
    let mut seen = Vec::new();
    let contents = for_each_file::<PackageError>(paths, |name, input| {
        let mut text = String::new();
        input.read_to_string(&mut text).unwrap();
        seen.push((name.to_owned(), text));
        Ok(())
    });
    (seen, contents.unwrap())
}

fn zipped(folder: &Path) -> PathBuf {
    let path = folder.join("feed.zip");
    let mut archive = ZipWriter::new(fs::File::create(&path).unwrap());
    for (name, text) in FILES {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    path
}

fn tarred(folder: &Path, name: &str, files: &[(&str, &str)]) -> PathBuf {
    let path = folder.join(name);
    let mut archive = tar::Builder::new(GzEncoder::new(fs::File::create(&path).unwrap(), Compression::fast()));
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap();
    path
}

#[test]
fn a_folder_a_zip_and_a_tgz_give_the_same_files() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("feed");
    for (name, text) in FILES {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let expected: Vec<(String, String)> =
        [4, 1, 0].map(|n: usize| (FILES[n].0.to_owned(), FILES[n].1.to_owned())).to_vec();
    let (seen, contents) = read_all(std::slice::from_ref(&folder));
    assert_eq!(seen, expected);
    assert_eq!(contents, Contents { files: 3, skipped: 2 });
    assert_eq!(read_all(&[zipped(home.path())]), (expected.clone(), contents));
    let (mut seen, tgz) = read_all(&[tarred(home.path(), "feed.tgz", &FILES)]);
    seen.sort();
    assert_eq!((seen, tgz), (expected, contents));
}

#[test]
fn several_paths_keep_the_order_in_which_they_are_given_at_every_pass() {
    let home = tempfile::tempdir().unwrap();
    let alone = home.path().join("alone.xml");
    fs::write(&alone, "<alone/>").unwrap();
    let archive = tarred(home.path(), "feed.tar.gz", &FILES[..1]);
    let paths = [archive, alone];
    let (first, _) = read_all(&paths);
    assert_eq!(first.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["<relatives/>", "<alone/>"]);
    assert_eq!(read_all(&paths).0, first);
}

#[test]
fn a_file_may_be_left_before_its_end() {
    let home = tempfile::tempdir().unwrap();
    let long = "<a/>".repeat(100_000);
    let archive = tarred(home.path(), "long.tgz", &[("one.xml", &long), ("two.xml", "<two/>")]);
    let mut names = Vec::new();
    for_each_file::<PackageError>(&[archive], |name, input| {
        let mut head = [0; 4];
        input.read_exact(&mut head).unwrap();
        names.push(name.to_owned());
        Ok(())
    })
    .unwrap();
    assert_eq!(names, ["one.xml", "two.xml"]);
}

#[test]
fn a_cut_archive_is_an_error_that_names_it() {
    let home = tempfile::tempdir().unwrap();
    for path in [tarred(home.path(), "cut.tgz", &FILES), zipped(home.path())] {
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 12]).unwrap();
        let result = for_each_file::<PackageError>(&[&path], |_, input| {
            let _ = input.read_to_end(&mut Vec::new());
            Ok(())
        });
        let message = result.unwrap_err().to_string();
        assert!(message.contains(path.file_name().unwrap().to_str().unwrap()), "{message}");
    }
}

#[test]
fn an_absent_path_is_an_error_that_names_it() {
    let result = for_each_file::<PackageError>(&[PathBuf::from("/nowhere/feed.zip")], |_, _| Ok(()));
    assert!(result.unwrap_err().to_string().starts_with("feed.zip cannot be read"));
}
