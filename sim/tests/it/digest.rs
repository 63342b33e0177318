//! Digests that are the same on every platform. The numbers were computed
//! apart from this code, and stand for good.

use std::collections::BTreeSet;
use std::hash::Hash;

use sim::{Digest, DigestValue};

#[test]
fn digests_of_words_are_what_they_always_were() {
    for (words, expected) in [
        (&[][..], [0xDC24_1460_868D_829D, 0xCD8E_9833_5173_51CD]),
        (&[0], [0x7236_2BD5_C494_F746, 0x73E2_1B7B_30BD_068D]),
        (&[1, 2, 3], [0x6D50_3BE9_F2D0_62BD, 0xFDB9_F9B9_A86D_1CEF]),
    ] {
        let mut digest = Digest::new();
        for word in words {
            digest.word(*word);
        }
        assert_eq!(digest.finish(), DigestValue(expected), "{words:?}");
    }
}

#[test]
fn digests_of_bytes_are_what_they_always_were() {
    for (bytes, expected) in [
        ("", [0x7236_2BD5_C494_F746, 0x73E2_1B7B_30BD_068D]),
        ("penny", [0xCAAC_6DFE_DE7C_EA2C, 0x5737_558E_B77D_82E4]),
        ("eight by", [0xDF6B_29BB_4263_9999, 0xEB4E_6E42_DA05_F65C]),
        ("pennywise", [0xBCD9_5094_42FA_98D5, 0x63E8_A18A_628D_F7FC]),
    ] {
        let mut digest = Digest::new();
        digest.bytes(bytes.as_bytes());
        assert_eq!(digest.finish(), DigestValue(expected), "{bytes:?}");
    }
}

#[test]
fn digests_of_derived_hashes_are_what_they_always_were() {
    #[derive(Hash)]
    struct Payload {
        kind: u16,
        subject: u64,
        urgent: bool,
    }
    for (of, expected) in [
        (Digest::of(&7_u8), 0xEACF_77A0_CB79_FBCF),
        (Digest::of(&7_u64), 0xEACF_77A0_CB79_FBCF),
        (Digest::of(&-1_i32), 0x6356_ED77_A0CF_E7F2),
        (Digest::of(&-1_i8), 0x6356_ED77_A0CF_E7F2),
        (Digest::of(&((1_u128 << 64) | 5)), 0x1C9A_694E_1CB7_0C84),
        (Digest::of(&"penny"), 0xB87F_8D39_342D_A07A),
        (Digest::of(&vec![1_u8, 2, 3]), 0x5426_7FFE_DB80_55B6),
        (Digest::of(&Some(7_u64)), 0x02FA_3DC2_211D_AC39),
        (Digest::of(&None::<u64>), 0x7236_2BD5_C494_F746),
        (Digest::of(&Payload { kind: 3, subject: 9, urgent: true }), 0x620F_FA80_744B_174A),
    ] {
        assert_eq!(of, expected);
    }
}

#[test]
fn digests_tell_apart_what_is_nearly_the_same() {
    let words: [&[u64]; 9] =
        [&[], &[0], &[0, 0], &[1], &[1, 0], &[0, 1], &[1, 2], &[2, 1], &[1 << 63]];
    let bytes: [&[u8]; 8] =
        [b"a", b"a\0", b"ab", b"ba", b"12345678", b"12345678\0", b"\0", b"\0\0"];
    let of_words = words.map(|words| {
        let mut digest = Digest::new();
        words.iter().for_each(|word| digest.word(*word));
        digest.finish()
    });
    let of_bytes = bytes.map(|bytes| {
        let mut digest = Digest::new();
        digest.bytes(bytes);
        digest.finish()
    });
    assert_eq!(BTreeSet::from(of_words).len(), words.len());
    assert_eq!(BTreeSet::from(of_bytes).len(), bytes.len());
}

#[test]
fn a_digest_prints_as_32_hex_digits() {
    assert_eq!(DigestValue([1, 0xABC]).to_string(), "00000000000000010000000000000abc");
}
