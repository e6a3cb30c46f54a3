"""The Partner Center REST client, its wire types, and an emulator of the service; plain Python."""
