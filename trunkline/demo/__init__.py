"""The demo centre: seed, customers that call and write, a relay that keeps what is sent."""
