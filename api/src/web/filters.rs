//! What templates may do to a value: say a date with its exact form in `<time>`, an hour, a duration, a class label.

#![allow(clippy::inline_always)] // what askama makes of a filter

use askama::filters::Safe;
use askama::{Result, Values};
use jiff::civil::{Date, Time};

use crate::fr;

/// A value behind any number of references, as templates hand them over.
pub trait Plain<T> {
    fn plain(&self) -> T;
}

impl Plain<Self> for Date {
    fn plain(&self) -> Self {
        *self
    }
}

impl Plain<Self> for Time {
    fn plain(&self) -> Self {
        *self
    }
}

impl Plain<Self> for u32 {
    fn plain(&self) -> Self {
        *self
    }
}

impl<T, R: Plain<T>> Plain<T> for &R {
    fn plain(&self) -> T {
        (**self).plain()
    }
}

fn time_tag(date: Date, said: &str) -> Safe<String> {
    Safe(format!("<time datetime=\"{date}\">{said}</time>"))
}

/// `lundi 23 novembre`.
#[askama::filter_fn]
pub fn day(date: impl Plain<Date>, _: &dyn Values) -> Result<Safe<String>> {
    let date = date.plain();
    Ok(time_tag(date, &fr::long_date(date)))
}

/// `Lundi 23 novembre`, where it opens a line.
#[askama::filter_fn]
pub fn day_head(date: impl Plain<Date>, _: &dyn Values) -> Result<Safe<String>> {
    let date = date.plain();
    Ok(time_tag(date, &fr::capital(&fr::long_date(date))))
}

/// `23 novembre`.
#[askama::filter_fn]
pub fn short(date: impl Plain<Date>, _: &dyn Values) -> Result<Safe<String>> {
    let date = date.plain();
    Ok(time_tag(date, &fr::short_date(date)))
}

/// `23 novembre 2026`.
#[askama::filter_fn]
pub fn dated(date: impl Plain<Date>, _: &dyn Values) -> Result<Safe<String>> {
    let date = date.plain();
    Ok(time_tag(date, &fr::dated(date)))
}

/// `Lundi 23`, the head of a column.
#[askama::filter_fn]
pub fn week_day(date: impl Plain<Date>, _: &dyn Values) -> Result<Safe<String>> {
    let date = date.plain();
    Ok(time_tag(date, &fr::capital(&fr::week_date(date))))
}

/// `demain`, `jeudi`, `jeudi 3 décembre`.
#[askama::filter_fn]
pub fn relative(date: impl Plain<Date>, _: &dyn Values, today: Date) -> Result<Safe<String>> {
    let date = date.plain();
    Ok(time_tag(date, &fr::relative_date(date, today)))
}

/// `demain, mercredi 18 novembre`.
#[askama::filter_fn]
pub fn near(date: impl Plain<Date>, _: &dyn Values, today: Date) -> Result<Safe<String>> {
    let date = date.plain();
    Ok(time_tag(date, &fr::near_date(date, today)))
}

/// `23 novembre`, where no markup may be: in a title.
#[askama::filter_fn]
pub fn short_text(date: impl Plain<Date>, _: &dyn Values) -> Result<String> {
    Ok(fr::short_date(date.plain()))
}

/// `lundi 23 novembre`, where no markup may be.
#[askama::filter_fn]
pub fn day_text(date: impl Plain<Date>, _: &dyn Values) -> Result<String> {
    Ok(fr::long_date(date.plain()))
}

/// `8 h 30`, where no markup may be.
#[askama::filter_fn]
pub fn hour_text(time: impl Plain<Time>, _: &dyn Values) -> Result<String> {
    Ok(fr::hour(time.plain()))
}

/// `8 h 30`.
#[askama::filter_fn]
pub fn hour(time: impl Plain<Time>, _: &dyn Values) -> Result<Safe<String>> {
    let time = time.plain();
    let exact = time.strftime("%H:%M");
    Ok(Safe(format!("<time datetime=\"{exact}\">{}</time>", fr::hour(time))))
}

/// `1 h 15`, from minutes.
#[askama::filter_fn]
pub fn duration(minutes: impl Plain<u32>, _: &dyn Values) -> Result<String> {
    Ok(fr::duration(minutes.plain()))
}

/// `4<sup>e</sup> B`, escaped.
#[askama::filter_fn]
pub fn class_label(code: impl AsRef<str>, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(fr::ClassLabel(code.as_ref()).to_string()))
}

/// `d’Inès`, `de Malik`.
#[askama::filter_fn]
pub fn of(name: impl AsRef<str>, _: &dyn Values) -> Result<String> {
    Ok(fr::of(name.as_ref()))
}
