namespace Accel.Dram.Standards;

/// <summary>How the cells of one kind of device are arranged. Counts are powers of two.</summary>
/// <param name="Name">For example <c>8Gb_x8</c>.</param>
/// <param name="DensityMebibits">Capacity of one device; on parts with several channels, of its share in one pseudo-channel and rank.</param>
/// <param name="DeviceBits">Data pins of one device; a rank has bus width / device width devices.</param>
/// <param name="BankGroups">Bank groups in a rank; 1 where the standard has none.</param>
/// <param name="BanksPerGroup">Banks in a bank group.</param>
/// <param name="Rows">Rows in a bank.</param>
/// <param name="Columns">Columns in a row; a column is as wide as the data bus.</param>
/// <param name="Ranks">Ranks (stack heights on HBM) unless the configuration says otherwise.</param>
public sealed record Organisation(
    string Name, int DensityMebibits, int DeviceBits, int BankGroups, int BanksPerGroup, int Rows, int Columns, int Ranks = 1);
