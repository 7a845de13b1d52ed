namespace Accel.Compiler.Passes;

/// <summary>One improvement of a <see cref="ModelPlan"/>. Holds no state between runs and knows no other pass.</summary>
public interface IPass
{
    /// <summary>The name by which it is switched off.</summary>
    string Name { get; }

    /// <summary>One line of help.</summary>
    string Summary { get; }

    void Run(ModelPlan plan);
}
