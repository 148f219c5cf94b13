//! French as a school writes it: dates people say, hours, durations, figures and the spaces around punctuation.
//!
//! Everything here is pure and takes what it needs, today's date included. Times are those of the school.
//! Spaces follow the Imprimerie nationale: U+202F before `; : ! ?` and `%` and between thousands, U+00A0
//! inside « » and between a figure and its unit.

use std::fmt;

use jiff::civil::{Date, DateTime, Time, Weekday};

/// No-break space: inside « » and between a figure and its unit.
pub const NBSP: char = '\u{a0}';
/// Narrow no-break space: before `; : ! ?`, before `%`, between thousands.
pub const THIN: char = '\u{202f}';

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// `lundi`.
pub fn weekday(date: Date) -> &'static str {
    match date.weekday() {
        Weekday::Monday => "lundi",
        Weekday::Tuesday => "mardi",
        Weekday::Wednesday => "mercredi",
        Weekday::Thursday => "jeudi",
        Weekday::Friday => "vendredi",
        Weekday::Saturday => "samedi",
        Weekday::Sunday => "dimanche",
    }
}

/// `novembre`.
pub fn month(date: Date) -> &'static str {
    let index = usize::try_from(date.month() - 1).unwrap_or_default();
    MONTHS.get(index).copied().unwrap_or_default()
}

/// `23 novembre`, `1er décembre`.
pub fn short_date(date: Date) -> String {
    let first = if date.day() == 1 { "er" } else { "" };
    format!("{}{first}{NBSP}{}", date.day(), month(date))
}

/// `lundi 23`, the head of a column of the week.
pub fn week_date(date: Date) -> String {
    let first = if date.day() == 1 { "er" } else { "" };
    format!("{}{NBSP}{}{first}", weekday(date), date.day())
}

/// `lundi 23 novembre`.
pub fn long_date(date: Date) -> String {
    format!("{} {}", weekday(date), short_date(date))
}

/// `23 novembre 2026`.
pub fn dated(date: Date) -> String {
    format!("{} {}", short_date(date), date.year())
}

/// `lundi 23 novembre 2026`.
pub fn full_date(date: Date) -> String {
    format!("{} {}", long_date(date), date.year())
}

/// Days from `from` to `to`, negative when `to` comes first.
fn days_between(from: Date, to: Date) -> i32 {
    from.duration_until(to).as_hours().div_euclid(24) as i32
}

/// `aujourd’hui`, `demain`, `hier`, `jeudi` in the six days to come, else `jeudi 3 décembre`.
pub fn relative_date(date: Date, today: Date) -> String {
    match days_between(today, date) {
        0 => "aujourd’hui".to_owned(),
        1 => "demain".to_owned(),
        -1 => "hier".to_owned(),
        2..=6 => weekday(date).to_owned(),
        _ => long_date(date),
    }
}

/// `demain, mercredi 18 novembre`, and `jeudi 19 novembre` when the day has no nearer name.
pub fn near_date(date: Date, today: Date) -> String {
    match days_between(today, date) {
        -1..=1 => format!("{}, {}", relative_date(date, today), long_date(date)),
        _ => long_date(date),
    }
}

/// `8 h`, `8 h 30`, `16 h 05`.
pub fn hour(time: Time) -> String {
    if time.minute() == 0 {
        format!("{}{NBSP}h", time.hour())
    } else {
        format!("{}{NBSP}h{NBSP}{:02}", time.hour(), time.minute())
    }
}

/// `mardi 17 novembre 2026, 17 h 30`.
pub fn instant(at: DateTime) -> String {
    format!("{}, {}", full_date(at.date()), hour(at.time()))
}

/// When something becomes visible: `demain à 7 h`, `lundi 23 novembre à 7 h`.
pub fn moment(at: DateTime, today: Date) -> String {
    format!("{} à {}", relative_date(at.date(), today), hour(at.time()))
}

/// `20 min`, `1 h`, `1 h 15`.
pub fn duration(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest}{NBSP}min"),
        (hours, 0) => format!("{hours}{NBSP}h"),
        (hours, rest) => format!("{hours}{NBSP}h{NBSP}{rest:02}"),
    }
}

/// `1 234 567`, with narrow no-break spaces.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(THIN);
        }
        text.push(digit);
    }
    text
}

/// `14,5`: at most `places` decimals, those that say nothing left off.
pub fn decimal(number: f64, places: usize) -> String {
    let fixed = format!("{number:.places$}");
    let (whole, part) = fixed.split_once('.').unwrap_or((&fixed, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |rest| ("−", rest));
    let whole = digits.parse().map_or_else(|_| digits.to_owned(), thousands);
    match part.trim_end_matches('0') {
        "" if whole == "0" => whole,
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole},{part}"),
    }
}

/// `92,4 %` of `part` in `whole`; `None` when there is nothing to divide.
/// Short of the whole it never rounds up to 100 %, and above nothing never down to 0 %.
pub fn percentage(part: u32, whole: u32) -> Option<String> {
    let (part, whole) = (u64::from(part), u64::from(whole));
    if whole == 0 {
        return None;
    }
    let tenths = match (part * 2000 + whole) / (whole * 2) {
        1000 if part < whole => 999,
        0 if part > 0 => 1,
        tenths => tenths,
    };
    Some(format!("{}{THIN}%", decimal(tenths as f64 / 10.0, 1)))
}

/// `850 octets`, `12 ko`, `1,2 Mo`: powers of ten, as computers show them in French.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => plural(bytes as usize, "octet", "octets"),
        1_000..999_500 => format!("{}{NBSP}ko", (bytes + 500) / 1_000),
        more => format!("{}{NBSP}Mo", decimal(more as f64 / 1e6, 1)),
    }
}

/// `0 travail`, `1 travail`, `2 travaux`: French counts from two.
pub fn plural(count: usize, one: &str, many: &str) -> String {
    let word = if count < 2 { one } else { many };
    format!("{}{NBSP}{word}", thousands(count as u64))
}

/// How long after the lesson something was written: `le jour même`, `le lendemain`, `6 jours après`.
pub fn delay(lesson: Date, written: Date) -> String {
    match days_between(lesson, written) {
        0 => "le jour même".to_owned(),
        1 => "le lendemain".to_owned(),
        -1 => "la veille".to_owned(),
        days if days > 0 => format!("{days}{NBSP}jours après"),
        days => format!("{}{NBSP}jours avant", days.unsigned_abs()),
    }
}

/// `de Paul` but `d’Inès`: elision before a vowel or a mute h.
pub fn of(name: &str) -> String {
    const VOWELS: &str = "aàâäeéèêëiîïoôöuùûühAÀÂÄEÉÈÊËIÎÏOÔÖUÙÛÜHœŒ";
    let elides = name.chars().next().is_some_and(|first| VOWELS.contains(first));
    format!("{}{name}", if elides { "d’" } else { "de " })
}

/// The first letter raised, for a phrase that opens a line.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Puts the right no-break space where a plain one stands before `; : ! ? %`, and inside « ».
/// For our own sentences: what a teacher wrote is shown as it was written.
pub fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let kept = match (letter, letters.peek()) {
            (' ', Some(';' | ':' | '!' | '?' | '%')) => THIN,
            (' ', Some('»')) => NBSP,
            (' ', _) if out.ends_with('«') => NBSP,
            _ => letter,
        };
        out.push(kept);
    }
    out
}

/// A class label such as `4e B`, shown `4<sup>e</sup> B`. Anything else, `1 STMG 3°` say, is left as the school
/// wrote it. It escapes its content itself, so a template may print it as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassLabel<'a>(pub &'a str);

impl fmt::Display for ClassLabel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // « Physique-chimie, 4e B groupe 1 »
        if let Some((before, after)) = self.0.split_once(", ") {
            return write!(f, "{}, {}", ClassLabel(before), ClassLabel(after));
        }
        let digits = self.0.chars().take_while(char::is_ascii_digit).count();
        let (number, rest) = self.0.split_at(digits);
        let label = rest.strip_prefix('e').filter(|after| digits > 0 && (after.is_empty() || after.starts_with(' ')));
        match label {
            Some(after) => {
                let after = after.replacen(' ', "\u{a0}", 1);
                write!(f, "{number}<sup>e</sup>{}", Escaped(&after))
            }
            None => write!(f, "{}", Escaped(self.0)),
        }
    }
}

impl askama::filters::HtmlSafe for ClassLabel<'_> {}

struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#x27;")?,
                other => fmt::Write::write_char(f, other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
