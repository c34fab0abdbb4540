"""Media other than voice: each turns its medium into the same few events and back."""
