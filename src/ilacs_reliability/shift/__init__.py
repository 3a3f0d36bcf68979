"""Did grades move between two inspections by more than chance can move them?"""
