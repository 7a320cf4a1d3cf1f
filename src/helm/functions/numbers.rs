//! Decimal arithmetic, as shopspring's decimals have it: 1.1 × 1.1 is 1.21.

/// Digits after the point of a quotient.
const PRECISION: u32 = 16;

/// A decimal number: `mantissa` × 10^-`scale`.
#[derive(Debug, Clone, Copy)]
struct Decimal {
    mantissa: i128,
    scale: u32,
}

fn decimal(number: f64) -> Option<Decimal> {
    let text = format!("{number}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mantissa = format!("{whole}{fraction}").parse().ok()?;
    Some(Decimal { mantissa, scale: u32::try_from(fraction.len()).ok()? })
}

fn float(number: Decimal) -> f64 {
    let digits = format!("{}e-{}", number.mantissa, number.scale);
    digits.parse().unwrap_or(f64::NAN)
}

fn aligned(a: Decimal, b: Decimal) -> Option<(i128, i128, u32)> {
    let scale = a.scale.max(b.scale);
    let raise = |number: Decimal| number.mantissa.checked_mul(10_i128.checked_pow(scale - number.scale)?);
    Some((raise(a)?, raise(b)?, scale))
}

/// What is done with two numbers.
#[derive(Debug, Clone, Copy)]
pub enum Operation {
    /// a + b
    Add,
    /// a - b
    Sub,
    /// a × b
    Mul,
    /// a ÷ b
    Div,
}

/// The result, by way of decimals where they fit.
pub fn calculate(a: f64, b: f64, operation: Operation) -> f64 {
    exact(a, b, operation).unwrap_or(match operation {
        Operation::Add => a + b,
        Operation::Sub => a - b,
        Operation::Mul => a * b,
        Operation::Div => a / b,
    })
}

fn exact(a: f64, b: f64, operation: Operation) -> Option<f64> {
    let (x, y) = (decimal(a)?, decimal(b)?);
    let result = match operation {
        Operation::Add | Operation::Sub => {
            let (x, y, scale) = aligned(x, y)?;
            let mantissa = if matches!(operation, Operation::Add) { x.checked_add(y)? } else { x.checked_sub(y)? };
            Decimal { mantissa, scale }
        }
        Operation::Mul => Decimal { mantissa: x.mantissa.checked_mul(y.mantissa)?, scale: x.scale + y.scale },
        Operation::Div => {
            let (x, y, _) = aligned(x, y)?;
            let raised = x.checked_mul(10_i128.checked_pow(PRECISION)?)?;
            let (quotient, rest) = (raised.checked_div(y)?, raised.checked_rem(y)?);
            let up = rest.abs().checked_mul(2)? >= y.abs();
            let sign = if (x < 0) == (y < 0) { 1 } else { -1 };
            Decimal { mantissa: if up { quotient + sign } else { quotient }, scale: PRECISION }
        }
    };
    Some(float(result))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        for (a, b, operation, result) in [
            (1.1, 1.1, Operation::Mul, 1.21),
            (0.1, 0.2, Operation::Add, 0.3),
            (1.0, 3.0, Operation::Div, 0.3333333333333333),
            (1.0, 0.9, Operation::Sub, 0.1),
            (10.0, 4.0, Operation::Div, 2.5),
        ] {
            assert_eq!(calculate(a, b, operation), result);
        }
    }
}
