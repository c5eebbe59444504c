# Thin names over cargo.

.PHONY: demo test bench lint

# Builds the program, loads the bundled examples into demo.db and shows what they say.
demo:
	cargo run -- demo --force

# All tests, on SQLite and on PostgreSQL. Real datasets are read where NIANLUN_DATA points to them (docs/data.md); unset,
# their tests are reported as ignored.
test:
	tests/with-postgres.sh cargo test --workspace -- $(if $(NIANLUN_DATA),--include-ignored)

# How fast imports and the service are and how much memory they take, against references of the same run
# (docs/benchmarks.md).
bench:
	tests/with-postgres.sh cargo bench --bench nianlun -- $(ONLY)

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- --deny warnings
