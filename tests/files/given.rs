//! How is a file given to who may read it?

use super::*;

#[tokio::test]
async fn a_file_is_saved_and_never_shown_as_a_page_of_this_site() {
    let desk = Desk::open().await;
    let link = desk.joins("Dictée n° 2", &pdf(1000)).await;
    let got = desk.sees(PUPIL, &link).await;
    assert_eq!(got.header("content-type"), "application/pdf");
    assert_eq!(got.header("x-content-type-options"), "nosniff");
    assert_eq!(got.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(got.header("cache-control"), "no-store");
    assert_eq!(got.header("content-length"), "1000");
    let disposition = got.header("content-disposition");
    assert!(
        disposition.starts_with("attachment;") && disposition.ends_with("''Dict%C3%A9e%20n%C2%B0%202.pdf"),
        "{disposition}"
    );
}

#[tokio::test]
async fn a_sound_is_played_in_the_page_and_read_in_parts() {
    let desk = Desk::open().await;
    let spoken = sound(150_000);
    let link = desk.joins("Dictée", &spoken).await;
    let text = desk.sees(PUPIL, &format!("/eleve/cahiers/{}", maths("4B"))).await.text();
    assert!(text.contains(&format!("<audio controls preload=\"none\" src=\"{link}\"")), "{text}");
    assert!(text.contains("son WAV, 150 ko"));
    let page = desk.sees(PUPIL, &format!("/eleve/cahiers/{}", maths("4B"))).await;
    assert!(page.header("content-security-policy").contains("media-src 'self'"));
    let part = |range: &'static str| {
        let request = desk.page(PUPIL, "GET", &link).header("range", range);
        desk.send(request.body(Body::empty()).unwrap())
    };
    let middle = part("bytes=65000-66999").await;
    assert_eq!((middle.status, middle.header("content-range")), (206, "bytes 65000-66999/150000"));
    assert!(middle.bytes == spoken[65_000..67_000]);
    let end = part("bytes=-10").await;
    assert!(end.status == 206 && end.bytes == spoken[149_990..]);
    let beyond = part("bytes=150000-").await;
    assert_eq!(beyond.status, 416);
    let whole = desk.sees(PUPIL, &link).await;
    assert_eq!(
        (whole.status, whole.header("accept-ranges"), whole.header("content-type")),
        (200, "bytes", "audio/wav")
    );
    let request = desk.page(STRANGER, "GET", &link).header("range", "bytes=0-1");
    assert_eq!(desk.send(request.body(Body::empty()).unwrap()).await.status, 404);
}
