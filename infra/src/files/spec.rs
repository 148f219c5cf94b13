use domain::textbook::file::customary_limits;
use uuid::Uuid;

use super::seal::SEALED_SEGMENT;
use super::*;

const DEK: [u8; 32] = [7; 32];
const TEXTBOOK: TextbookId = TextbookId(Uuid::from_u128(5));

fn arriving(draft: Box<dyn Draft>) -> Arriving {
    Arriving {
        draft,
        of: Of { textbook: TEXTBOOK, year: SchoolYear(2026), dek_ref: [1; 16], dek: DEK },
        limits: customary_limits().remove(0),
        bytes_used: 0,
        buffer: Vec::with_capacity(SEGMENT + 16),
        begun: None,
        digest: Digest::new(),
    }
}

/// A PDF of that length, no two of whose segments are alike.
fn pdf(bytes: usize) -> Vec<u8> {
    let mut text = b"%PDF-1.7\n".to_vec();
    text.extend((0..).flat_map(|line: u32| format!("ligne {line} en clair\n").into_bytes()).take(bytes));
    text.truncate(bytes);
    text
}

struct Shelf {
    home: tempfile::TempDir,
    store: Directory,
}

impl Shelf {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let store = Directory::open(home.path()).unwrap();
        Self { home, store }
    }

    /// Takes a file in pieces of that length.
    async fn take(&self, bytes: &[u8], piece: usize) -> Result<File, FileError> {
        let mut arriving = arriving(self.store.draft().await?);
        for piece in bytes.chunks(piece) {
            arriving.write(piece).await?;
        }
        arriving.finish().await?.deposit().await
    }

    async fn read(&self, file: &File, part: Option<(u64, u64)>) -> Result<Vec<u8>, FileError> {
        let kept = self.store.open(file.address).await?.ok_or(FileError::Missing)?;
        let header = header(kept.as_ref()).await?.ok_or(FileError::Damaged)?;
        let mut reading = Reading::new(kept, Keys::of(&DEK, &header).unwrap(), file, part);
        let mut read = Vec::new();
        while let Some(bytes) = reading.next().await? {
            read.extend(bytes);
        }
        Ok(read)
    }

    fn path(&self, file: &File) -> std::path::PathBuf {
        self.home.path().join("waiting").join(file.address.to_string())
    }

    /// What there is in all folders.
    fn files(&self) -> Vec<std::path::PathBuf> {
        let (mut found, mut folders) = (vec![], vec![self.home.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found
    }
}

#[tokio::test]
async fn what_arrives_is_read_back_whatever_its_length_and_its_pieces() {
    let shelf = Shelf::new();
    for bytes in [9, 10, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT, 3 * SEGMENT + 5] {
        let text = pdf(bytes);
        for piece in [1000, SEGMENT, 10 * SEGMENT] {
            let file = shelf.take(&text, piece).await.unwrap();
            assert_eq!((file.bytes, file.media), (bytes as u64, Media::Pdf));
            assert_eq!(shelf.read(&file, None).await.unwrap(), text);
            let kept = std::fs::read(shelf.path(&file)).unwrap();
            assert_eq!(kept.len() as u64, seal::sealed_bytes(file.bytes));
            assert_eq!(seal::plain_bytes(kept.len() as u64), Some(file.bytes));
            assert_eq!(file.address.0, crate::ledger::leaf::sha256(&kept), "the address is the digest of what is kept");
            assert!(!kept.windows(7).any(|window| window == b"ligne 1" || window == b"PDF-1.7"));
        }
    }
}

#[tokio::test]
async fn the_same_file_twice_is_two_files() {
    let shelf = Shelf::new();
    let text = pdf(100);
    let (one, other) = (shelf.take(&text, 100).await.unwrap(), shelf.take(&text, 100).await.unwrap());
    assert!(one.address != other.address && one.commit != other.commit, "nobody can tell that they are alike");
}

#[tokio::test]
async fn a_part_is_what_the_whole_has_there() {
    let shelf = Shelf::new();
    let text = pdf(2 * SEGMENT + 100);
    let file = shelf.take(&text, SEGMENT).await.unwrap();
    let (segment, end) = (SEGMENT as u64, text.len() as u64 - 1);
    for (first, last) in
        [(0, 0), (0, end), (5, 70), (segment - 1, segment), (segment, segment), (segment * 2, end), (end, end)]
    {
        let part = shelf.read(&file, Some((first, last))).await.unwrap();
        assert_eq!(part, text[first as usize..=last as usize], "{first} to {last}");
    }
}

#[tokio::test]
async fn a_file_cut_short_lengthened_or_put_in_another_order_does_not_open() {
    let shelf = Shelf::new();
    let file = shelf.take(&pdf(3 * SEGMENT + 100), SEGMENT).await.unwrap();
    let whole = std::fs::read(shelf.path(&file)).unwrap();
    let segment = |rank: usize| HEADER + rank * SEALED_SEGMENT..HEADER + (rank + 1) * SEALED_SEGMENT;
    let mut swapped = whole.clone();
    swapped[segment(0)].copy_from_slice(&whole[segment(1)]);
    swapped[segment(1)].copy_from_slice(&whole[segment(0)]);
    // Whole segments are gone from the end, and from the middle; what follows is where it should be.
    let trailer = &whole[whole.len() - TRAILER..];
    let shortened = [&whole[..segment(2).end], trailer].concat();
    let hollowed = [&whole[..segment(0).end], &whole[segment(2).start..]].concat();
    let lengthened = [&whole[..segment(0).end], &whole[segment(0)], &whole[segment(0).end..]].concat();
    for (case, kept) in
        [("swapped", swapped), ("shortened", shortened), ("hollowed", hollowed), ("lengthened", lengthened)]
    {
        std::fs::write(shelf.path(&file), &kept).unwrap();
        let bytes = seal::plain_bytes(kept.len() as u64).unwrap();
        let as_long = File { bytes, ..file.clone() };
        assert!(matches!(shelf.read(&as_long, None).await, Err(FileError::Damaged)), "{case}");
    }
    for at in [0, 3, 20, 50, HEADER + 1, whole.len() - TRAILER - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::write(shelf.path(&file), &changed).unwrap();
        assert!(shelf.read(&file, None).await.is_err(), "byte {at}");
    }
    std::fs::write(shelf.path(&file), &whole).unwrap();
    let other = File { commit: BASE64.encode([0; 32]), ..file.clone() };
    assert!(matches!(shelf.read(&other, None).await, Err(FileError::Damaged)), "it is not what the event commits to");
    assert!(shelf.read(&file, None).await.is_ok());
}

#[tokio::test]
async fn what_does_not_arrive_whole_leaves_nothing() {
    let shelf = Shelf::new();
    let mut cut_off = arriving(shelf.store.draft().await.unwrap());
    cut_off.write(&pdf(3 * SEGMENT)).await.unwrap();
    assert_eq!(shelf.files().len(), 1);
    drop(cut_off);
    assert_eq!(shelf.files().len(), 0);
    let mut arrived = arriving(shelf.store.draft().await.unwrap());
    arrived.write(&pdf(SEGMENT)).await.unwrap();
    drop(arrived.finish().await.unwrap());
    assert_eq!(shelf.files().len(), 0, "arrived, and nobody deposited it");
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let shelf = Shelf::new();
    let most = customary_limits()[0].document_bytes_max as usize;
    assert!(matches!(shelf.take(b"<html><script>", 100).await, Err(FileError::NotTaken)));
    assert!(matches!(shelf.take(b"", 100).await, Err(FileError::Empty)));
    let too_large = shelf.take(&pdf(most + 1), SEGMENT).await;
    assert!(matches!(too_large, Err(FileError::TooLarge { bytes_max }) if bytes_max == most as u64));
    assert_eq!(shelf.files().len(), 0);
    assert!(shelf.take(&pdf(most), SEGMENT).await.is_ok());
}

#[tokio::test]
async fn what_a_dead_process_left_is_cleared_and_what_a_living_one_writes_is_not() {
    let shelf = Shelf::new();
    let file = shelf.take(&pdf(100), 100).await.unwrap();
    let mut under_way = arriving(shelf.store.draft().await.unwrap());
    under_way.write(&pdf(2 * SEGMENT)).await.unwrap();
    std::fs::write(shelf.home.path().join("arriving/dead"), b"half").unwrap();
    assert_eq!(shelf.store.clear().await.unwrap(), 1);
    let other = under_way.finish().await.unwrap().deposit().await.unwrap();
    assert_eq!(shelf.read(&other, None).await.unwrap(), pdf(2 * SEGMENT));
    assert_eq!(shelf.read(&file, None).await.unwrap(), pdf(100));
}

#[tokio::test]
async fn what_is_settled_is_found_and_never_removed() {
    let shelf = Shelf::new();
    let file = shelf.take(&pdf(100), 100).await.unwrap();
    assert_eq!(shelf.store.waiting(Duration::ZERO).await.unwrap(), [file.address]);
    assert_eq!(shelf.store.waiting(Duration::from_mins(1)).await.unwrap(), []);
    shelf.store.settle(file.address).await.unwrap();
    shelf.store.settle(file.address).await.unwrap();
    shelf.store.remove(file.address).await.unwrap();
    assert_eq!(shelf.read(&file, None).await.unwrap(), pdf(100));
    let name = file.address.to_string();
    assert_eq!(shelf.files(), [shelf.home.path().join("kept").join(&name[..2]).join(&name[2..4]).join(&name)]);
}
