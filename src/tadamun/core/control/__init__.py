"""The control log: who belongs, and who may do what (docs/protocol/2-control.md)."""
