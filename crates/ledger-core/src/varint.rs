//! LEB128 numbers, seven bits a byte, the lowest first, in their shortest form only.

/// The most bytes a 64-bit number takes.
pub const BYTES_MAX: usize = 10;

/// A length as a number.
#[must_use]
pub fn len64(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// Appends a number.
pub fn write(out: &mut Vec<u8>, value: u64) {
    write_with(value, |_, byte| out.push(byte));
}

/// Hands each byte of a number to a function, with its position.
pub fn write_with(mut value: u64, mut put: impl FnMut(usize, u8)) {
    let mut position = 0;
    while value >= 0x80 {
        put(position, (value & 0x7F).to_le_bytes()[0] | 0x80);
        value >>= 7;
        position += 1;
    }
    put(position, value.to_le_bytes()[0]);
}

/// Takes a number off the front; `None` when it is cut off, over 64 bits or not the shortest form.
pub fn read(input: &mut &[u8]) -> Option<u64> {
    read_with(|_| {
        let (first, rest) = input.split_first()?;
        *input = rest;
        Some(*first)
    })
}

/// Reads a number whose bytes come from a function of their position.
pub fn read_with(mut next: impl FnMut(usize) -> Option<u8>) -> Option<u64> {
    let mut value = 0_u64;
    for position in 0..BYTES_MAX {
        let byte = next(position)?;
        let bits = u64::from(byte & 0x7F);
        if position + 1 == BYTES_MAX && bits > 1 {
            return None;
        }
        value |= bits << (7 * position);
        if byte < 0x80 {
            return (byte != 0 || position == 0).then_some(value);
        }
    }
    None
}

/// Folds the sign into the lowest bit, so that small numbers of either sign are short.
#[must_use]
pub const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// What [`zigzag`] made of a number.
#[must_use]
pub const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ (value & 1).cast_signed().wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for value in [0, 1, 127, 128, 300, 1 << 20, u64::MAX >> 1, u64::MAX] {
            let mut bytes = Vec::new();
            write(&mut bytes, value);
            let mut rest = &bytes[..];
            assert_eq!(read(&mut rest), Some(value));
            assert!(rest.is_empty());
        }
        for value in [0, 1, -1, 63, -64, i64::MAX, i64::MIN] {
            assert_eq!(unzigzag(zigzag(value)), value);
        }
        assert_eq!((zigzag(0), zigzag(-1), zigzag(1)), (0, 1, 2));
    }

    #[test]
    fn other_forms_are_refused() {
        for bytes in [&[][..], &[0x80], &[0x80, 0], &[0xFF, 0x00], &[0xFF; 11]] {
            assert_eq!(read(&mut &*bytes), None, "{bytes:?}");
        }
        let mut over = [0xFF; 10];
        over[9] = 2;
        assert_eq!(read(&mut &over[..]), None);
    }
}
