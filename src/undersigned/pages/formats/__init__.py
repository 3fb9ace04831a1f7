"""How dates are written where Django leaves a gap."""
