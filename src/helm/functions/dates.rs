//! Sprig's dates, in UTC. `now` is a fixed point in time, marked as a placeholder: what depends on it is
//! told in the report.

use super::super::text::{Made, Origin, Text};
use super::super::value::{Class, Key, Map, Value};
use super::convert::to_int;
use super::{Call, Function, Out, function};

/// 2000-01-01T00:00:00Z
const NOW: i64 = 946_684_800;

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("now", 0, 0, |call| Ok(time(NOW, call.origin.made(Made::Placeholder)))),
    function("date", 2, 2, |call| formatted(call, 0, 1)),
    function("dateInZone", 3, 3, |call| formatted(call, 0, 1)),
    function("date_in_zone", 3, 3, |call| formatted(call, 0, 1)),
    function("htmlDate", 1, 1, |call| {
        let (seconds, origin) = moment(call, 0);
        Ok(Value::str_of(layout("2006-01-02", seconds), origin))
    }),
    function("htmlDateInZone", 2, 2, |call| {
        let (seconds, origin) = moment(call, 0);
        Ok(Value::str_of(layout("2006-01-02", seconds), origin))
    }),
    function("unixEpoch", 1, 1, |call| {
        let (seconds, origin) = moment(call, 0);
        Ok(Value::str_of(seconds.to_string(), origin))
    }),
    function("ago", 1, 1, |call| Ok(Value::str_of("0s", call.origin.made(Made::Placeholder)))),
    function("dateModify", 2, 2, modified),
    function("date_modify", 2, 2, modified),
    function("mustDateModify", 2, 2, modified),
    function("must_date_modify", 2, 2, modified),
    function("toDate", 2, 2, parsed),
    function("mustToDate", 2, 2, parsed),
    function("duration", 1, 1, |call| Ok(Value::str(shown(to_int(call.arg(0)))))),
    function("durationRound", 1, 1, |call| {
        let seconds = match call.arg(0) {
            Value::Str(text) => seconds_of(text.as_str()).unwrap_or(0),
            other => to_int(other) / 1_000_000_000,
        };
        Ok(Value::str(rounded(seconds)))
    }),
];

/// A time as a value.
fn time(seconds: i64, origin: Origin) -> Value {
    let text = Text::of(layout("2006-01-02 15:04:05", seconds) + " +0000 UTC", origin);
    Value::Map(Map::new(
        Class::Time,
        [(Key::from("Seconds"), Value::Int64(seconds)), (Key::from("String"), Value::text(text))],
    ))
}

/// The time that an argument is: seconds since 1970 and where it is from. What is no time is now.
fn moment(call: &Call<'_>, index: usize) -> (i64, Origin) {
    match call.arg(index) {
        Value::Map(map) if map.class == Class::Time => {
            let origin = match map.get("String") {
                Some(Value::Str(text)) => text.origin(),
                _ => Origin::UNKNOWN,
            };
            (map.get("Seconds").as_ref().map_or(NOW, to_int), origin)
        }
        Value::Int(seconds) | Value::Int64(seconds) => (*seconds, Origin::UNKNOWN),
        _ => (NOW, call.origin.made(Made::Placeholder)),
    }
}

fn formatted(call: &mut Call<'_>, format: usize, date: usize) -> Out {
    let format = call.str(format)?;
    let (seconds, origin) = moment(call, date);
    Ok(Value::str_of(layout(format.as_str(), seconds), origin))
}

fn modified(call: &mut Call<'_>) -> Out {
    let text = call.str(0)?;
    let (seconds, origin) = moment(call, 1);
    let by = seconds_of(text.as_str()).unwrap_or(0);
    Ok(time(seconds.saturating_add(by), origin))
}

/// Days since 1970 of a date (Howard Hinnant, `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day (`civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let of_era = shifted - era * 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The parts of Go's reference time, longest first where one begins another.
const PARTS: [&str; 24] = [
    "January", "Monday", "-07:00", "Z07:00", "-0700", "2006", "Jan", "Mon", "MST", "002", "000", "01", "02", "03",
    "04", "05", "06", "15", "PM", "pm", "1", "2", "3", "4",
];

/// A time in Go's way of telling a format.
fn layout(format: &str, seconds: i64) -> String {
    let (day, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let ((year, month, date), hour, minute, second) = (civil(day), clock / 3_600, clock / 60 % 60, clock % 60);
    let name = |names: &[&'static str], index: i64| usize::try_from(index).ok().and_then(|i| names.get(i)).copied();
    let (month_name, weekday) =
        (name(&MONTHS, month - 1).unwrap_or(""), name(&WEEKDAYS, (day + 4).rem_euclid(7)).unwrap_or(""));
    let half = if hour % 12 == 0 { 12 } else { hour % 12 };
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let Some(part) = PARTS.iter().find(|part| rest.starts_with(**part)) else {
            if let Some(after) = rest.strip_prefix('5') {
                out.push_str(&second.to_string());
                rest = after;
                continue;
            }
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        out.push_str(&match *part {
            "January" => month_name.into(),
            "Jan" => month_name[..3].into(),
            "Monday" => weekday.into(),
            "Mon" => weekday[..3].into(),
            "MST" => "UTC".into(),
            "-07:00" => "+00:00".into(),
            "-0700" => "+0000".into(),
            "Z07:00" => "Z".into(),
            "2006" => format!("{year:04}"),
            "06" => format!("{:02}", year % 100),
            "01" => format!("{month:02}"),
            "1" => month.to_string(),
            "02" => format!("{date:02}"),
            "2" => date.to_string(),
            "002" => format!("{:03}", day - days(year, 1, 1) + 1),
            "000" => "000".into(),
            "15" => format!("{hour:02}"),
            "03" => format!("{half:02}"),
            "3" => half.to_string(),
            "04" => format!("{minute:02}"),
            "4" => minute.to_string(),
            "05" => format!("{second:02}"),
            "PM" => if hour < 12 { "AM" } else { "PM" }.into(),
            _ => if hour < 12 { "am" } else { "pm" }.to_string(),
        });
        rest = &rest[part.len()..];
    }
    out
}

/// `toDate "2006-01-02" "2020-05-01"`: numbers of the format's parts in their places.
fn parsed(call: &mut Call<'_>) -> Out {
    let (format, text) = (call.str(0)?, call.str(1)?);
    let (mut year, mut month, mut day, mut clock) = (1, 1, 1, 0);
    let (mut format, mut rest) = (format.as_str(), text.as_str());
    while let Some(first) = format.chars().next() {
        let known = ["2006", "01", "02", "15", "04", "05"].into_iter().find(|part| format.starts_with(part));
        let Some(part) = known else {
            rest = rest.strip_prefix(first).unwrap_or(rest);
            format = &format[first.len_utf8()..];
            continue;
        };
        let number: i64 = rest.get(..part.len()).and_then(|digits| digits.parse().ok()).unwrap_or(0);
        rest = rest.get(part.len()..).unwrap_or_default();
        match part {
            "2006" => year = number,
            "01" => month = number.clamp(1, 12),
            "02" => day = number.clamp(1, 31),
            "15" => clock += number * 3_600,
            "04" => clock += number * 60,
            _ => clock += number,
        }
        format = &format[part.len()..];
    }
    Ok(time(days(year, month, day) * 86_400 + clock, text.origin()))
}

/// Seconds of a duration like `-1h30m`.
fn seconds_of(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut total = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let number: f64 = rest[..end].parse().ok()?;
        rest = &rest[end..];
        let end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        total += number
            * match &rest[..end] {
                "h" => 3_600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = &rest[end..];
    }
    Some((total * sign) as i64)
}

/// Seconds as Go prints a duration.
fn shown(seconds: i64) -> String {
    let (sign, all) = (if seconds < 0 { "-" } else { "" }, seconds.unsigned_abs());
    match (all / 3_600, all / 60 % 60, all % 60) {
        (0, 0, s) => format!("{sign}{s}s"),
        (0, m, s) => format!("{sign}{m}m{s}s"),
        (h, m, s) => format!("{sign}{h}h{m}m{s}s"),
    }
}

/// The largest unit of a duration.
fn rounded(seconds: i64) -> String {
    let all = seconds.unsigned_abs();
    let units = [(31_536_000, "y"), (2_592_000, "mo"), (86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let unit = units.iter().find(|(size, _)| all >= *size);
    unit.map_or("0s".into(), |(size, name)| format!("{}{name}", all / size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_laid_out_as_in_go() {
        let at = 1_588_345_509; // 2020-05-01T15:05:09Z, a Friday
        for (format, text) in [
            ("2006-01-02T15:04:05Z07:00", "2020-05-01T15:05:09Z"),
            ("Mon, 02 Jan 2006 3:04PM", "Fri, 01 May 2020 3:05PM"),
            ("20060102150405", "20200501150509"),
        ] {
            assert_eq!(layout(format, at), text);
        }
        assert_eq!(
            (seconds_of("-1h30m"), shown(5_400), rounded(90_000)),
            (Some(-5_400), "1h30m0s".into(), "1d".into())
        );
    }
}
