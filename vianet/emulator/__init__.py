"""An emulator of Partner Center operated by 21Vianet: its own process, real HTTP, kept state."""
