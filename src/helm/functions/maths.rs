//! Sprig's arithmetic (`numeric.go`).

use super::super::template::Fault;
use super::super::value::Value;
use super::convert::{to_float, to_int};
use super::numbers::{Operation, calculate};
use super::{ANY, Call, Function, Out, function};

/// Numbers that `until` and the like may count.
const MAX_COUNT: i64 = 1_000_000;

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("add", 0, ANY, |call| Ok(Value::Int64(call.arguments.iter().map(to_int).fold(0, i64::wrapping_add)))),
    function("add1", 1, 1, |call| Ok(Value::Int64(to_int(call.arg(0)).wrapping_add(1)))),
    function("sub", 2, 2, |call| Ok(Value::Int64(to_int(call.arg(0)).wrapping_sub(to_int(call.arg(1)))))),
    function("mul", 1, ANY, |call| Ok(Value::Int64(call.arguments.iter().map(to_int).fold(1, i64::wrapping_mul)))),
    function("div", 2, 2, |call| divided(call, i64::wrapping_div)),
    function("mod", 2, 2, |call| divided(call, i64::wrapping_rem)),
    function("addf", 0, ANY, |call| decimals(call, Operation::Add)),
    function("add1f", 1, 1, |call| Ok(Value::Float(calculate(to_float(call.arg(0)), 1.0, Operation::Add)))),
    function("subf", 1, ANY, |call| decimals(call, Operation::Sub)),
    function("mulf", 1, ANY, |call| decimals(call, Operation::Mul)),
    function("divf", 1, ANY, |call| decimals(call, Operation::Div)),
    function("max", 1, ANY, |call| Ok(whole(call, i64::max))),
    function("biggest", 1, ANY, |call| Ok(whole(call, i64::max))),
    function("min", 1, ANY, |call| Ok(whole(call, i64::min))),
    function("maxf", 1, ANY, |call| Ok(broken(call, f64::max))),
    function("minf", 1, ANY, |call| Ok(broken(call, f64::min))),
    function("ceil", 1, 1, |call| Ok(Value::Float(to_float(call.arg(0)).ceil()))),
    function("floor", 1, 1, |call| Ok(Value::Float(to_float(call.arg(0)).floor()))),
    function("round", 2, 3, |call| {
        let (number, places) = (to_float(call.arg(0)), call.int(1)?);
        let half = call.arguments.get(2).map_or(0.5, to_float);
        let power = 10_f64.powi(i32::try_from(places).unwrap_or(0));
        let digit = number * power;
        let rounded = if digit.fract() >= half { digit.ceil() } else { digit.floor() };
        Ok(Value::Float(rounded / power))
    }),
    function("until", 1, 1, |call| {
        let count = call.int(0)?;
        let step = if count < 0 { -1 } else { 1 };
        let items = counted(0, count, step)?;
        call.give_list(items)
    }),
    function("untilStep", 3, 3, |call| {
        let items = counted(call.int(0)?, call.int(1)?, call.int(2)?)?;
        call.give_list(items)
    }),
    function("seq", 0, 3, |call| {
        let numbers: Vec<i64> = (0..call.arguments.len()).map(|index| call.int(index)).collect::<Result<_, _>>()?;
        let (start, step, end) = match numbers[..] {
            [] => return Ok(Value::str("")),
            [end] => (1, if end < 1 { -1 } else { 1 }, end),
            [start, end] => (start, if end < start { -1 } else { 1 }, end),
            [start, step, end, ..] => (start, step, end),
        };
        if step == 0 || (step > 0) != (end >= start) {
            return Ok(Value::str(""));
        }
        let items = counted(start, end + step.signum(), step)?;
        let shown: Vec<String> = items.iter().map(|item| to_int(item).to_string()).collect();
        call.give_made(shown.join(" "))
    }),
];

fn divided(call: &mut Call<'_>, operation: fn(i64, i64) -> i64) -> Out {
    let (a, b) = (to_int(call.arg(0)), to_int(call.arg(1)));
    if b == 0 {
        return Err(format!("{}: integer divide by zero", call.name).into());
    }
    Ok(Value::Int64(operation(a, b)))
}

fn decimals(call: &mut Call<'_>, operation: Operation) -> Out {
    let mut numbers = call.arguments.iter().map(to_float);
    let first = numbers.next().unwrap_or(0.0);
    let mut result = first;
    for number in numbers {
        if matches!(operation, Operation::Div) && number == 0.0 {
            return Err("divf: decimal division by 0".into());
        }
        result = calculate(result, number, operation);
    }
    Ok(Value::Float(result))
}

fn whole(call: &Call<'_>, pick: fn(i64, i64) -> i64) -> Value {
    Value::Int64(call.arguments.iter().map(to_int).reduce(pick).unwrap_or(0))
}

fn broken(call: &Call<'_>, pick: fn(f64, f64) -> f64) -> Value {
    Value::Float(call.arguments.iter().map(to_float).reduce(pick).unwrap_or(0.0))
}

/// The numbers from `start` up or down to `stop`, which is not one of them.
fn counted(start: i64, stop: i64, step: i64) -> Result<Vec<Value>, Fault> {
    if step == 0 || (step > 0) != (stop >= start) {
        return Ok(Vec::new());
    }
    if (i128::from(stop) - i128::from(start)) / i128::from(step) > i128::from(MAX_COUNT) {
        return Err(Fault::ours(format!("counts more than {MAX_COUNT} numbers: a runaway template?")));
    }
    let mut items = Vec::new();
    let mut number = start;
    while if step > 0 { number < stop } else { number > stop } {
        items.push(Value::Int(number));
        number = number.saturating_add(step);
    }
    Ok(items)
}
