"""Would two inspectors give the same grade to the same unit?"""
