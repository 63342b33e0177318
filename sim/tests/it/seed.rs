//! What a seed stands for. The numbers were computed apart from this code
//! (ChaCha8 from its specification), and stand for good.

use sim::{Domain, Rate, Seed};

#[test]
fn derived_seeds_are_what_they_always_were() {
    for (seed, name, index, derived) in [
        (0, "", 0, 0xFB2C_F66B_B091_8E74),
        (42, "payin_card", 0, 0xB110_8FED_A4A9_D6C1),
        (42, "payin_card", 1, 0xFB78_9FC2_6493_00ED),
        (42, "payin_bank", 0, 0x0678_43B4_851F_A1D1),
        (u64::MAX, "payin_card", u64::MAX, 0x19FA_787F_7286_C50C),
    ] {
        assert_eq!(Seed(seed).derive(name, index), Seed(derived), "{seed} {name} {index}");
    }
}

/// The ninth draw is the first of the second block of the cipher.
#[test]
fn streams_are_what_they_always_were() {
    for (seed, domain, first, second, ninth) in [
        (0, 0, 0xD640_5F89_2FEF_003E, 0xA1A5_091F_E8B8_5B7F, 0x51C1_A5EA_0DFA_AED2),
        (42, 7, 0x6CC6_2EA2_FDD2_F836, 0x6D83_85C5_095E_DD06, 0x0A10_DC35_8626_AABF),
        (43, 7, 0x736E_D984_119F_1D90, 0x405A_0624_73D6_02FB, 0x864D_CD48_80F3_7257),
        (42, 8, 0x6294_AD8F_7CE1_286A, 0xF902_E1EE_B1BC_123A, 0x7DEB_A444_180B_98D2),
    ] {
        let mut stream = Seed(seed).stream(Domain(domain));
        let drawn = [0; 9].map(|_: u64| stream.draw().bits());
        assert_eq!([drawn[0], drawn[1], drawn[8]], [first, second, ninth], "{seed} {domain}");
    }
}

#[test]
fn the_key_of_a_domain_is_the_head_of_its_stream() {
    let mut stream = Seed(42).stream(Domain(7));
    let key = [stream.draw().bits(), stream.draw().bits()];
    assert_eq!(Seed(42).draws(Domain(7)), sim::Draws::new(key));
}

#[test]
fn a_stream_hands_its_draws_to_the_samplers() {
    let mut raw = Seed(1).stream(Domain(2));
    let mut stream = raw.clone();
    let (low, high) = (std::time::Duration::ZERO, std::time::Duration::from_secs(9));
    for _ in 0..50 {
        assert_eq!(stream.chance(Rate::per_million(500_000)), raw.draw().bits() >> 63 == 0);
        assert_eq!(stream.between(3, 9), raw.draw().between(3, 9));
        assert_eq!(stream.span(low, high), raw.draw().span(low, high));
    }
}
