//! Taking small things off the front of an input: any bytes give something.

/// What is left of an input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a>(pub(crate) &'a [u8]);

impl<'a> Input<'a> {
    /// The next byte, none at the end.
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// The next bytes, whose number stands before them in two; as many as there are.
    pub(crate) fn counted(&mut self) -> &'a [u8] {
        let len = [self.byte(), self.byte()].map(Option::unwrap_or_default);
        let len = usize::from(u16::from_le_bytes(len));
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// The rest as counted parts.
    pub(crate) fn all_counted(mut self) -> Vec<&'a [u8]> {
        let mut parts = Vec::new();
        while !self.0.is_empty() {
            parts.push(self.counted());
        }
        parts
    }
}

/// Appends bytes as [`Input::counted`] reads them.
pub(crate) fn put_counted(out: &mut Vec<u8>, bytes: &[u8]) {
    let len = u16::try_from(bytes.len()).expect("a seed is short");
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(bytes);
}
